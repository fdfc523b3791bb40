import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

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
});
