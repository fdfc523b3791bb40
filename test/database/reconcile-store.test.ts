import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createReconcileStore } from '../../src/database/reconcile-store.ts';
import type { ReconcileStore } from '../../src/run/reconcile-store.ts';
import { engines, type TestDatabase } from './engines.ts';
import { applied, AT, fleet, newRow, saveRows } from './store-world.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const WHOLE = { afterId: '0', limit: 100 };

describe.each(engines)('reconcile on $name', ({ create }) => {
  let made: TestDatabase;
  let store: ReconcileStore;
  let bulkChangeId: string;

  beforeEach(async () => {
    made = await create();
    await fleet(made.db);
    const rows = [1, 2, 3].map((line) => newRow(line));
    const saved = await saveRows(made.db, rows);
    bulkChangeId = saved.saved.id;
    for (const { line, rowId } of await saved.store.claim(bulkChangeId, 3)) {
      if (line === 3) await saved.store.release([rowId]);
      else await saved.store.commit([{ ...applied(bulkChangeId, rowId, 'yes'), after: { plan: 'POND-5GB' } }]);
    }
    store = createReconcileStore(made.db, { operator: 'sandbox', now: () => AT, portalTypes: { M2M: 0, Mobility: 2 } });
  });

  afterEach(() => made.remove());

  const plans = async () =>
    (await made.db.query<{ RatePlan: string }>('SELECT RatePlan FROM Device WHERE id IN (1, 2) ORDER BY id')).map(
      ({ RatePlan }) => RatePlan,
    );
  const audit = async () => (await made.db.query('SELECT id FROM DeviceBulkChangeLog')).length;

  test('finished rows that set a plan are read, with what the database holds, a page at a time', async () => {
    const [one] = await store.changedPlans(bulkChangeId, { afterId: '0', limit: 1 });
    const rest = await store.changedPlans(bulkChangeId, { afterId: one?.rowId ?? '', limit: 100 });

    expect(one).toMatchObject({ line: 1, wrote: { plan: 'POND-5GB' }, database: { plan: 'POND-1GB' } });
    expect(rest.map(({ line }) => line)).toEqual([2]);
  });

  test('what is written again has its history and its audit row', async () => {
    const changed = await store.changedPlans(bulkChangeId, WHOLE);
    const before = await audit();

    const written = await store.rewrite(bulkChangeId, changed);

    expect([...written].toSorted()).toEqual(changed.map(({ rowId }) => rowId).toSorted());
    expect(await plans()).toEqual(['POND-5GB', 'POND-5GB']);
    expect(await audit()).toBe(before + 2);
    expect(await made.db.query('SELECT PreviousValue, CurrentValue FROM DeviceActionHistory')).toEqual(
      [1, 2].map(() => ({ PreviousValue: 'POND-1GB', CurrentValue: 'POND-5GB' })),
    );
  });

  test('what somebody has changed since it was read is left alone, and nothing tells that it was written', async () => {
    const changed = await store.changedPlans(bulkChangeId, WHOLE);
    const before = await audit();
    await made.db.execute(`UPDATE Device SET RatePlan = 'POND-10GB' WHERE id = 1`);

    const written = await store.rewrite(bulkChangeId, changed);
    const again = await store.rewrite(bulkChangeId, changed);

    expect([written.size, again.size]).toEqual([1, 0]);
    expect(await plans()).toEqual(['POND-10GB', 'POND-5GB']);
    expect(await audit()).toBe(before + 1);
  });

  test('only bulk changes with rows of unknown end are in doubt: new and finished rows are not', async () => {
    const without = await store.bulkChangesInDoubt();
    await made.db.execute(
      `UPDATE ${made.db.engine === 'mssql' ? 'pondbulk.change_row' : 'pondbulk_change_row'} SET started = 1 WHERE line = 3`,
    );

    expect([without, await store.bulkChangesInDoubt()]).toEqual([[], [bulkChangeId]]);
  });
});
