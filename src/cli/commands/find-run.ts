import { PondBulkError } from '../../domain/errors.ts';
import type { RunInfo } from '../../domain/run-store.ts';
import type { RunReader } from '../../run/run-store.ts';

/** The run that ID names: a run id, `last`, or a DeviceBulkChange id (then with that bulk change alone). Rejects with PondBulkError (usage). */
export async function findRun(store: RunReader, id: string): Promise<RunInfo> {
  const found = id === 'last' ? (await store.findRuns(1))[0] : await byId(store, id);
  if (found != null) return found;
  throw new PondBulkError(
    'usage',
    'RUN_UNKNOWN',
    id === 'last' ? 'There is no run yet' : `There is no run and no bulk change ${id}; pond-bulk list shows them`,
  );
}

async function byId(store: RunReader, id: string): Promise<RunInfo | null> {
  const runId = /^\d{1,19}$/.test(id) ? await store.runOfBulkChange(id) : null;
  if (runId === null) return store.findRun(id);
  const run = await store.findRun(runId);
  return run === null ? null : { ...run, bulkChanges: run.bulkChanges.filter((each) => each.id === id) };
}
