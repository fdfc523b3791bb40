import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ownTable } from '../../src/database/own-schema.ts';
import { engines, type TestDatabase } from './engines.ts';
import { fleet, newRow, saveRows } from './store-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.each(engines)('a save on $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
    await fleet(made.db);
  });
  afterEach(() => made.remove());

  test.each([-1, 1])(
    'of a row whose bulk change (%i) is not among those saved is refused, and nothing of it is left',
    async (bulkChange) => {
      const saving = saveRows(made.db, [newRow(1), newRow(2, { bulkChange })]);

      await expect(saving).rejects.toThrow('Line 2 has no bulk change');
      expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 0 }]);
    },
  );

  test('of a plan that another run is saving at the same time is refused, and nothing of it is left', async () => {
    const both = await Promise.allSettled([
      saveRows(made.db, [newRow(1)], { runId: 'a', planId: 'plan' }),
      saveRows(made.db, [newRow(2)], { runId: 'b', planId: 'plan' }),
    ]);

    const [used] = await made.db.query<{ run_id: string }>(`SELECT run_id FROM ${ownTable(made.db.engine, 'used_plan')}`);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both).toContainEqual({
      status: 'rejected',
      reason: expect.objectContaining({ kind: 'plan', code: 'PLAN_USED', message: expect.stringContaining(`status ${used?.run_id} `) }),
    });
    expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 1 }]);
  });
});
