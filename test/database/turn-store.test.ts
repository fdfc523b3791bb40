import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import { migrate } from '../../src/database/migrate.ts';
import { createTurnStore } from '../../src/database/turn-store.ts';
import type { HeldTurn, TurnStore } from '../../src/domain/turn.ts';
import { memoryTurns } from '../http/memory-turns.ts';
import { engines } from './engines.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const JANE = { id: 'jane', host: 'here', pid: 1 };
const JOHN = { id: 'john', host: 'there', pid: 2 };

const inDatabases = engines.map(({ name, create }) => ({
  name,
  /** Stores of two processes. */
  open: async (): Promise<readonly [TurnStore, TurnStore]> => {
    const { db, remove } = await create();
    onTestFinished(remove);
    await migrate(db, { withOperatorSchema: false });
    return [createTurnStore(db), createTurnStore(db)];
  },
}));
const inMemory = {
  name: 'memory',
  open: async (): Promise<readonly [TurnStore, TurnStore]> => {
    const store = memoryTurns();
    return [store, store];
  },
};

describe.each([inMemory, ...inDatabases])('turns of accounts in $name', ({ open }) => {
  let jane: TurnStore;
  let john: TurnStore;

  beforeEach(async () => {
    [jane, john] = await open();
  });

  test('of two processes that begin at once one has the turn, and the other sees who', async () => {
    const found = await Promise.all([jane.take('a', JANE, null), john.take('a', JOHN, null)]);

    const [holder] = found.flatMap(({ kind }, index) => (kind === 'taken' ? [[JANE, JOHN][index]] : []));
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(['held', 'taken']);
    expect(found.find(({ kind }) => kind === 'held')).toMatchObject({ holder });
  });

  test('accounts have turns of their own', async () => {
    const found = [await jane.take('a', JANE, null), await john.take('b', JOHN, null)];

    expect(found.map(({ kind }) => kind)).toEqual(['taken', 'taken']);
  });

  test('the holder learns that somebody asked, and who comes next learns of its last calls', async () => {
    const taken = await jane.take('a', JANE, null);
    const alone = await jane.beat('a', JANE);
    await john.take('a', JOHN, null);
    const asked = await jane.beat('a', JANE);
    await jane.pass('a', JANE, [12, 340]);
    const next = await john.take('a', JOHN, null);

    expect(taken).toMatchObject({ kind: 'taken', asks: alone });
    expect(asked).not.toBe(alone);
    expect(next).toMatchObject({ kind: 'taken', recent: [12, 340] });
    expect(await jane.beat('a', JANE)).toBeNull();
  });

  test('a turn is taken from the dead only: not from one that has given a sign of life since', async () => {
    await jane.take('a', JANE, null);
    const seen = (await john.take('a', JOHN, null)) as HeldTurn;
    await jane.beat('a', JANE);

    const tooLate = (await john.take('a', JOHN, seen)) as HeldTurn;
    const taken = await john.take('a', JOHN, tooLate);

    expect(tooLate.kind).toBe('held');
    // Nobody knows what the dead one sent last.
    expect(taken).toMatchObject({ kind: 'taken', recent: null });
  });

  test('who lost the turn can pass nothing on', async () => {
    await jane.take('a', JANE, null);
    await john.take('a', JOHN, (await john.take('a', JOHN, null)) as HeldTurn);

    await jane.pass('a', JANE, []);

    expect(await jane.take('a', JANE, null)).toMatchObject({ kind: 'held', holder: JOHN });
  });
});
