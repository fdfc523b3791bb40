import type { BulkChangeInfo, StatusCounts } from '../domain/run-store.ts';
import { ROW_STATUSES, type RowStatus } from '../domain/status.ts';
import type { EngineOptions } from './engine-options.ts';
import { fencedStore, type Fence } from './fence.ts';
import { holdLeases, takeLeases, type Leasing } from './lease.ts';
import type { RunStore } from './run-store.ts';
import { runBulkChanges, type Stops } from './run-bulk-changes.ts';

/** What a run of bulk changes needs. */
export interface WorkOptions extends Omit<EngineOptions, 'abort'> {
  readonly leasing: Omit<Leasing, 'store' | 'clock' | 'signal'>;
  /** Of all that the run sends and writes. */
  readonly fence: Fence;
  /** Done once the bulk changes are held, before any row is begun. */
  readonly leased: (store: RunStore) => Promise<void>;
  /** Second Ctrl-C. */
  readonly abort: AbortSignal;
  /** Maps how it ended to the exit code. */
  readonly exitCodeOf: (byStatus: StatusCounts, stops: Stops) => number;
}

/** How a run came to its end. */
export interface Worked {
  readonly exitCode: number;
  /** Every row of the bulk changes, not only those worked on now. */
  readonly byStatus: StatusCounts;
}

/** Works on the open rows of saved bulk changes under their leases, and writes down how it ended. Rejects with PondBulkError (locked) when somebody else is at it. */
export async function work(runId: string, bulkChanges: readonly BulkChangeInfo[], options: WorkOptions): Promise<Worked> {
  const { clock } = options;
  const ids = bulkChanges.map(({ id }) => id);
  const done = new AbortController();
  const lost = new AbortController();
  const leasing: Leasing = { ...options.leasing, store: options.store, clock, signal: AbortSignal.any([done.signal, options.drain]) };
  const release = (): Promise<void> => options.store.releaseLeases(options.leasing.holder);
  await takeLeases(ids, leasing).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const { pass, keeping } = holdLeases(ids.length, { ...leasing, signal: done.signal }, (error) => lost.abort(error));
  options.fence.guard(pass);
  const store = fencedStore(options.store, pass);
  try {
    await options.leased(store);
    const stops = await runBulkChanges(bulkChanges, { ...options, store, abort: AbortSignal.any([options.abort, lost.signal]) });
    lost.signal.throwIfAborted();
    const run = await store.findRun(runId);
    const byStatus = countsOf(run?.bulkChanges.filter(({ id }) => ids.includes(id)) ?? []);
    const exitCode = options.exitCodeOf(byStatus, stops);
    await store.finish(runId, ids, exitCode);
    return { exitCode, byStatus };
  } finally {
    done.abort();
    await keeping;
    // A run that could not end well must tell why, not that its lease stays: the process is gone, so it is taken over.
    if (!lost.signal.aborted)
      await release().catch((error: unknown) => options.leasing.warn(`The lease could not be given back: ${String(error)}`));
  }
}

/** Rows by status, of several bulk changes together. */
export function countsOf(bulkChanges: readonly BulkChangeInfo[]): StatusCounts {
  const counts: Partial<Record<RowStatus, number>> = {};
  for (const { byStatus } of bulkChanges) {
    for (const status of ROW_STATUSES) {
      const count = byStatus[status];
      if (count !== undefined) counts[status] = (counts[status] ?? 0) + count;
    }
  }
  return counts;
}
