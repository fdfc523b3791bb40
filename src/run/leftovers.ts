import { isDead } from './lease.ts';
import type { RunStore } from './run-store.ts';

/** Removes what runs left that died between the first and the last page of their save. Those that are still saving are left alone. */
export async function removeDeadLeftovers(
  store: RunStore,
  host: { readonly name: string; readonly pid: number; readonly isAlive: (pid: number) => boolean },
): Promise<void> {
  for (const { runId, bulkChangeIds } of await store.unsavedRuns()) {
    const leases = await Promise.all(bulkChangeIds.map((id) => store.readLease(id)));
    const isSaving = leases.some((lease) => lease !== null && !isDead(lease, { host: host.name, pid: host.pid }, host.isAlive));
    if (!isSaving) await store.removeLeftovers(runId);
  }
}
