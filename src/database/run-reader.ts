import type { RunReader } from '../run/run-store.ts';
import type { ReadDatabase } from './database.ts';
import { findLiveNames } from './portals.ts';
import { streamDoneRows } from './statements/done-rows.ts';
import { findDeviceLife } from './statements/device-life.ts';
import type { IntegrationNames } from './statements/lookups.ts';
import { streamResults } from './statements/results.ts';
import { findRuns, runOfBulkChange } from './statements/runs.ts';

/** Saved runs, from a database that need not be writable. */
export function createRunReader(db: ReadDatabase, integrations: IntegrationNames): RunReader {
  return {
    findRun: async (id) => (await findRuns(db, { limit: 1, id, integrations }))[0] ?? null,
    findRuns: (limit) => findRuns(db, { limit, integrations }),
    runOfBulkChange: (id) => runOfBulkChange(db, id),
    results: (bulkChangeIds) => streamResults(db, bulkChangeIds),
    doneRows: (bulkChangeIds) => streamDoneRows(db, bulkChangeIds),
    deviceLife: async (key) => findDeviceLife(db, key, await findLiveNames(db)),
  };
}
