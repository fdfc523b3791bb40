import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { pondFleet } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { savedRun } from '../run/saved-run.ts';
import { engines, type TestDatabase } from './engines.ts';
import { sampleOn } from './sample-on.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe.each(engines)('many devices on $name', ({ create }) => {
  let made: TestDatabase;
  const fleet = pondFleet(2400);
  const iccids = (fleet.tables['Device'] ?? []).map(({ ICCID }) => String(ICCID));

  beforeEach(async () => {
    made = await sampleOn(create);
    await seedDatabase(made.db, fleet);
  });
  afterEach(() => made.remove());

  test('validation and save take the same number of statements for 400 devices as for 2,000', async () => {
    const { db } = made;
    const counts: number[] = [];
    for (const [run, from, to] of [
      ['few', 0, 400],
      ['many', 400, 2400],
    ] as const) {
      const before = db.statements;
      await savedRun(db, run, iccids.slice(from, to));
      counts.push(db.statements - before);
    }

    expect(counts[1]).toBe(counts[0]);
    expect(await db.query('SELECT COUNT(*) AS n, COUNT(DISTINCT ICCID) AS devices FROM M2M_DeviceChange')).toEqual([
      { n: 2400, devices: 2400 },
    ]);
  });

  test.each([
    ['at once', 4000],
    ['in parts', 70],
  ])('what is saved %s becomes visible with a request that names every device in the order of the list', async (_how, pageRows) => {
    const wanted = iccids.slice(0, 200);

    await savedRun(made.db, 'run', wanted, pageRows);

    const requests = await made.db.query<{ text: string; active: number; rows: number }>(
      `SELECT request.ChangeRequest AS text, bulk_change.IsActive AS active, COUNT(*) AS rows
      FROM M2M_DeviceChange AS change
      JOIN DeviceChangeRequest AS request ON request.id = change.DeviceChangeRequestId
      JOIN DeviceBulkChange AS bulk_change ON bulk_change.id = change.BulkChangeId
      GROUP BY request.ChangeRequest, bulk_change.IsActive`,
    );
    expect(requests.map(({ text, active, rows }) => [active, rows, (JSON.parse(text) as { Devices: unknown }).Devices])).toEqual([
      [1, 200, wanted],
    ]);
  });

  test('no two claimers get the same row, each gets as many as it asked for, and all are claimed', async () => {
    const { store, bulkChanges } = await savedRun(made.db, 'claims', iccids.slice(0, 500));
    const [{ id } = { id: '' }] = bulkChanges;

    const pages: number[] = [];
    const claimed: string[] = [];
    const claimer = async (): Promise<void> => {
      for (;;) {
        const rows = await store.claim(id, 60);
        if (rows.length === 0) return;
        pages.push(rows.length);
        claimed.push(...rows.map(({ rowId }) => rowId));
      }
    };
    await Promise.all([claimer(), claimer(), claimer()]);

    expect(new Set(claimed).size).toBe(500);
    expect(claimed).toHaveLength(500);
    expect(pages.filter((rows) => rows === 60)).toHaveLength(8);
  });
});
