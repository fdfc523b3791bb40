import { isDead } from './lease.ts';
import type { RunStore } from './run-store.ts';

/**
 * Removes what runs left that died between the first and the last page of their save. Those that are still saving are left alone: what
 * is removed was taken over first, and a run that wakes up after that finds its leases gone and saves nothing more.
 */
export async function removeDeadLeftovers(
  store: RunStore,
  host: { readonly name: string; readonly pid: number; readonly isAlive: (pid: number) => boolean },
): Promise<void> {
  for (const { runId, bulkChangeIds } of await store.unsavedRuns()) {
    if (await takeOver(store, runId, bulkChangeIds, host)) await store.removeLeftovers(runId);
  }
}

async function takeOver(
  store: RunStore,
  runId: string,
  bulkChangeIds: readonly string[],
  { name, pid, isAlive }: Parameters<typeof removeDeadLeftovers>[1],
): Promise<boolean> {
  const holder = { runId, host: name, pid };
  for (const id of bulkChangeIds) {
    const lease = await store.readLease(id);
    if (lease !== null && !isDead(lease, holder, isAlive)) return false;
    if (!(await store.takeLease(id, holder, lease))) return false;
  }
  return true;
}
