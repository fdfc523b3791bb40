import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { appendWithRetries, isTransient, mayHaveCommitted, withRetries } from '../../src/database/retry.ts';
import { createFakeClock } from '../fake-clock.ts';
import { engines, type TestDatabase } from './engines.ts';

const failure = (members: object): Error => Object.assign(new Error('no'), members);

/** How often work is tried that fails with this error every time. */
async function triesOf(error: Error, idempotent: boolean): Promise<number> {
  let tries = 0;
  const work = async (): Promise<void> => {
    tries += 1;
    throw error;
  };
  await expect(withRetries(work, { idempotent, clock: createFakeClock() })).rejects.toBe(error);
  return tries;
}

describe('what is tried again', () => {
  test.each([1205, 1222, 3960, 10_928, 10_929])(
    'error %i says that nothing was committed: everything is tried three times',
    async (number) => {
      expect([await triesOf(failure({ number }), false), await triesOf(failure({ number }), true)]).toEqual([3, 3]);
    },
  );

  test.each([4060, 4221, 40_501, 40_613, 49_918, 49_919, 49_920])(
    'error %i says that the database is away, and that nothing was committed: everything is tried for a minute',
    async (number) => {
      expect([await triesOf(failure({ number }), false), await triesOf(failure({ number }), true)]).toEqual([15, 15]);
    },
  );

  test('so it is where there was no connection to send anything on', async () => {
    const refused = Object.assign(new Error('Failed to connect to db:1433 - connect ECONNREFUSED'), { code: 'ESOCKET' });

    expect(await triesOf(refused, false)).toBe(15);
  });

  test.each([64, 233, 10_053, 10_054, 10_060, 40_197])(
    'after error %i it may have been committed: only what is idempotent is tried again',
    async (number) => {
      expect([await triesOf(failure({ number }), false), await triesOf(failure({ number }), true)]).toEqual([1, 15]);
    },
  );

  test.each(['ESOCKET', 'ECONNRESET', 'ECONNCLOSED', 'ECLOSE', 'EPIPE'])('so it is after a dropped socket (%s)', async (code) => {
    expect([await triesOf(failure({ code }), false), await triesOf(failure({ code }), true)]).toEqual([1, 15]);
  });

  test('a database that is away for 20 s is waited for, which is said once', async () => {
    const clock = createFakeClock();
    const backAt = clock.now() + 20_000;
    const told: string[] = [];
    const work = () => (clock.now() < backAt ? Promise.reject(failure({ code: 'ECLOSE' })) : Promise.resolve('done'));

    expect(await withRetries(work, { idempotent: true, clock, onAway: (message) => told.push(message) })).toBe('done');
    expect(told).toEqual(['The database is not there; waiting for it for up to 60 s']);
    expect(clock.now() - backAt).toBeLessThan(10_000);
  });

  test.each([
    ['was committed', true, 1],
    ['was not committed', false, 2],
  ])('an append whose answer was lost and that %s is in the database once', async (_case, isCommitted, appends) => {
    let sent = 0;
    const append = () => {
      sent += 1;
      return sent === 1 ? Promise.reject(failure({ code: 'ECLOSE' })) : Promise.resolve();
    };

    await appendWithRetries(append, () => Promise.resolve(isCommitted), { clock: createFakeClock() });

    expect(sent).toBe(appends);
  });

  test('a statement that timed out may still be running: it is not sent beside itself', async () => {
    expect([await triesOf(failure({ code: 'ETIMEOUT' }), false), await triesOf(failure({ code: 'ETIMEOUT' }), true)]).toEqual([1, 1]);
  });

  test('an error of the statement itself is not tried again', async () => {
    expect([await triesOf(failure({ number: 207 }), true), await triesOf(new Error('no'), true)]).toEqual([1, 1]);
  });

  test('the number is found in what drivers wrap', () => {
    const wrapped = failure({ originalError: { info: true, cause: failure({ number: 1205 }) } });

    expect([isTransient(wrapped), mayHaveCommitted(wrapped)]).toEqual([true, false]);
  });
});

/** SQLite has one writer at a time: nothing to deadlock with. */
const servers = engines.filter(({ name }) => name !== 'SQLite');

// Skipped, and said so by engines.ts, when POND_BULK_TEST_SQLSERVER_URL is not set.
test.skipIf(servers.length === 0)('there is a SQL Server to test deadlocks on', () => {
  expect(servers).not.toHaveLength(0);
});

describe.each(servers)('deadlocks on $name', ({ create }) => {
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
    await made.db.execute('CREATE TABLE account (id int NOT NULL PRIMARY KEY, amount int)');
    await made.db.execute('INSERT INTO account (id, amount) VALUES (1, 0), (2, 0)');
  });
  afterEach(() => made.remove());

  test('the victim of a deadlock does its whole transaction again', async () => {
    const { db } = made;
    let runs = 0;
    let waiting = 2;
    const { promise: bothHold, resolve } = Promise.withResolvers<void>();
    const cross = (first: number, second: number) =>
      db.transaction(async (tx) => {
        runs += 1;
        await tx.execute('UPDATE account SET amount = amount + 1 WHERE id = :id', { id: first });
        waiting -= 1;
        if (waiting === 0) resolve();
        await bothHold;
        await tx.execute('UPDATE account SET amount = amount + 1 WHERE id = :id', { id: second });
      });

    await Promise.all([cross(1, 2), cross(2, 1)]);

    expect(runs).toBe(3);
    expect(await db.query('SELECT id, amount FROM account ORDER BY id')).toEqual([
      { id: 1, amount: 2 },
      { id: 2, amount: 2 },
    ]);
  });
});
