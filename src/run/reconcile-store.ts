import type { ChangedPlan } from '../domain/drift.ts';
import type { ProviderPlan } from '../domain/facts.ts';

/** What reconcile needs of the database, beside what a run does. */
export interface ReconcileStore {
  /** Bulk changes with rows that are UNKNOWN, ACCEPTED or were begun and never ended, the oldest first. */
  bulkChangesInDoubt(): Promise<readonly string[]>;
  /**
   * Finished rows that set a carrier plan, in pages after `afterId`. Not those of devices whose plan a later row has changed, or is
   * still to change: what these devices hold is that row's matter.
   */
  changedPlans(bulkChangeId: string, page: { readonly afterId: string; readonly limit: number }): Promise<readonly ChangedPlan[]>;
  plans(providerId: number): Promise<readonly ProviderPlan[]>;
  /**
   * Writes what rows of one bulk change wrote once more, with history and audit rows, in one transaction: only where the database
   * still holds what was read. Resolves to the ids of the rows that were written.
   */
  rewrite(bulkChangeId: string, changed: readonly ChangedPlan[]): Promise<ReadonlySet<string>>;
}
