import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import { ownTable } from '../../src/database/own-schema.ts';
import { createRunStore } from '../../src/database/run-store.ts';
import { removeDeadLeftovers } from '../../src/run/leftovers.ts';
import type { LeaseHolder, RunStore, SavedBulkChange } from '../../src/run/run-store.ts';
import { engines, type TestDatabase } from './engines.ts';
import { fleet, newRow, resultsOf } from './store-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SAVER: LeaseHolder = { runId: 'saver', host: 'here', pid: 1 };
const OTHER = { name: 'there', pid: 2, isAlive: () => true };

describe.each(engines)('a run that saves in parts, on $name', ({ create }) => {
  let made: TestDatabase;
  let db: Database;
  let store: RunStore;
  let saved: readonly SavedBulkChange[];

  beforeEach(async () => {
    made = await create();
    db = made.db;
    await fleet(db);
    store = createRunStore(db, { operator: 'sandbox', now: Date.now, portalTypes: { M2M: 0, Mobility: 2 }, integrations: new Map() });
    saved = await store.save({
      run: {
        id: SAVER.runId,
        command: 'change-rate-plan',
        options: {},
        operator: 'sandbox',
        osUser: 'jane',
        host: SAVER.host,
        environment: 'sandbox',
        reason: null,
        columns: ['iccid'],
        warnings: [],
      },
      holder: SAVER,
      planId: null,
      bulkChanges: [{ tenantId: 1, providerId: 1, portal: 'M2M', changeRequestTypeId: 7, siteId: null, sharedRequest: '{}' }],
      isWhole: false,
      part: { rows: [], preflight: 'Pre-flight', quotas: [] },
    });
  });
  afterEach(() => made.remove());

  const part = (line: number) => ({ runId: SAVER.runId, saved, rows: [newRow(line)], preflight: 'Pre-flight', quotas: [] });
  const beSilent = () => db.execute(`UPDATE ${ownTable(db.engine, 'lease')} SET heartbeat_at = heartbeat_at - 31000`);
  const statuses = async () => (await resultsOf(store, saved[0]?.id ?? '')).map(({ status }) => status);

  test('takes as long as it needs: each part is a sign of life', async () => {
    await beSilent();
    await store.saveMore(SAVER, part(1));
    await removeDeadLeftovers(store, OTHER);
    await store.saveMore(SAVER, part(2));
    await store.activate(SAVER, saved, ['{}']);
    await removeDeadLeftovers(store, OTHER);

    expect(await statuses()).toEqual(['NOT_STARTED', 'NOT_STARTED']);
  });

  test('is removed when it was silent too long; when it wakes up it saves nothing more', async () => {
    await store.saveMore(SAVER, part(1));
    await beSilent();
    await removeDeadLeftovers(store, OTHER);

    await expect(store.saveMore(SAVER, part(2))).rejects.toMatchObject({ kind: 'locked', code: 'LEASE_LOST' });
    await expect(store.activate(SAVER, saved, ['{}'])).rejects.toMatchObject({ kind: 'locked', code: 'LEASE_LOST' });
    for (const table of ['M2M_DeviceChange', 'DeviceBulkChange', ownTable(db.engine, 'change_row'), ownTable(db.engine, 'run')])
      expect(await db.query(`SELECT COUNT(*) AS n FROM ${table}`), table).toEqual([{ n: 0 }]);
  });

  test('is left alone when it comes to its end just before it is removed', async () => {
    await store.saveMore(SAVER, part(1));
    await beSilent();
    const late: RunStore = {
      ...store,
      takeLease: async (id, holder, over) => {
        await store.activate(SAVER, saved, ['{}']);
        return store.takeLease(id, holder, over);
      },
    };
    await removeDeadLeftovers(late, OTHER);

    expect(await statuses()).toEqual(['NOT_STARTED']);
  });
});
