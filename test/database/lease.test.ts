import { beforeEach, describe, expect, test, vi } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { ownTable } from '../../src/database/own-schema.ts';
import { createRunStore } from '../../src/database/run-store.ts';
import { systemClock, type Clock } from '../../src/domain/clock.ts';
import { LEASE_MS, takeLeases } from '../../src/run/lease.ts';
import type { LeaseHolder, RunStore } from '../../src/run/run-store.ts';
import { engines } from './engines.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const JANE: LeaseHolder = { runId: 'run-1', host: 'here', pid: 1 };
const JOHN: LeaseHolder = { runId: 'run-2', host: 'there', pid: 2 };
const HOUR_MS = 3_600_000;

/** What a host whose clock is off has of time and database; `meanwhile` happens whenever it waits. */
function host(db: Database, offMs: number, meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
  const clock: Clock = {
    ...systemClock,
    now: () => Date.now() + offMs,
    sleep: async () => {
      await meanwhile();
    },
  };
  const store = createRunStore(db, { operator: 'sandbox', now: clock.now, portalTypes: { M2M: 0, Mobility: 2 }, integrations: new Map() });
  return { clock, store };
}

describe.each(engines)('leases of two hosts on $name', ({ create }) => {
  let db: Database;

  beforeEach(async () => {
    const made = await create();
    db = made.db;
    await migrate(db, { withOperatorSchema: false });
    return () => made.remove();
  });

  const take = ({ clock, store }: { readonly clock: Clock; readonly store: RunStore }, holder: LeaseHolder): Promise<void> =>
    takeLeases(['7'], { store, holder, clock, isAlive: () => true, warn: () => undefined, signal: new AbortController().signal });

  test('of many that take a bulk change at the same moment one gets it, and the others are told so', async () => {
    const { store } = host(db, 0);
    for (let id = 1; id <= 5; id += 1) {
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.takeLease(String(id), { runId: `run-${n}`, host: 'here', pid: n + 1 }, null)),
      );

      expect(taken.filter(Boolean)).toHaveLength(1);
    }
  });

  test.each([
    { name: 'the holder is behind', holderMs: -HOUR_MS, takerMs: 0 },
    { name: 'the taker is ahead', holderMs: 0, takerMs: HOUR_MS },
    { name: 'the holder is ahead', holderMs: HOUR_MS, takerMs: 0 },
  ])('a holder that is alive is not taken for dead where the clock of $name', async ({ holderMs, takerMs }) => {
    const jane = host(db, holderMs);
    const john = host(db, takerMs, () => jane.store.beatLeases(JANE));
    await take(jane, JANE);

    await expect(take(john, JOHN)).rejects.toMatchObject({ code: 'BULK_CHANGE_LOCKED' });
    expect(await jane.store.beatLeases(JANE)).toBe(1);
  });

  test.each([{ offMs: -HOUR_MS }, { offMs: 0 }, { offMs: HOUR_MS }])(
    'a holder that has been silent for its time is taken over by a host whose clock is off by $offMs ms',
    async ({ offMs }) => {
      const jane = host(db, offMs);
      await take(jane, JANE);
      await db.execute(`UPDATE ${ownTable(db.engine, 'lease')} SET heartbeat_at = heartbeat_at - :ms`, { ms: LEASE_MS });

      await take(host(db, 0), JOHN);

      expect(await jane.store.beatLeases(JANE)).toBe(0);
      expect((await jane.store.readLease('7'))?.silentMs).toBeLessThan(LEASE_MS);
    },
  );
});
