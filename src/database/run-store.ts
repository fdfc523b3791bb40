import { PondBulkError } from '../domain/errors.ts';
import type { Portal } from '../domain/effect.ts';
import type { LeaseHolder, RunStore } from '../run/run-store.ts';
import type { Database, Transaction } from './database.ts';
import { findLiveNames, portalFinder, type LiveNames, type PortalTypes } from './portals.ts';
import { HISTORY_PROCEDURE } from './procedures/history.ts';
import { findProcedure, type Procedure } from './procedures/procedure.ts';
import { createProcedures } from './procedures/procedures.ts';
import { reasonOf } from './reason.ts';
import { isDuplicate } from './retry.ts';
import { createRunReader } from './run-reader.ts';
import { savePart } from './save-part.ts';
import { activateBulkChange, beginBulkChanges, insertBulkChange, updateBulkChangeStatus } from './statements/bulk-change.ts';
import { begunRows, claimRows, releaseRows } from './statements/claim.ts';
import type { Written } from './statements/written.ts';
import { lockSaves } from './statements/held.ts';
import type { IntegrationNames } from './statements/lookups.ts';
import { appendJournal, readJournal } from './statements/journal.ts';
import { beatLeases, readLease, releaseLeases, renewLeases, takeLease } from './statements/lease.ts';
import { removeLeftovers } from './statements/leftovers.ts';
import { reopenRows } from './statements/reopen.ts';
import { insertChangeRequest, updateChangeRequest } from './statements/rows.ts';
import {
  insertRun,
  insertRunBulkChange,
  keepRunOptions,
  markRunFinished,
  markRunSaved,
  planUsedBy,
  unsavedRuns,
  useUpPlan,
} from './statements/runs.ts';
import { noteUnwritten } from './statements/unwritten.ts';
import { commitVerdicts } from './statements/verdicts.ts';

export interface RunStoreOptions {
  readonly operator: string;
  readonly now: () => number;
  readonly portalTypes: PortalTypes;
  readonly integrations: IntegrationNames;
}

/** The run's side of the database: saving, claiming, journal, verdicts and leases. */
export function createRunStore(db: Database, { operator, now, portalTypes, integrations }: RunStoreOptions): RunStore {
  const portalsOf = portalFinder(db);
  const portalOf = async (id: string): Promise<Portal> => (await portalsOf([id])).get(id) ?? 'M2M';
  let finding: Promise<LiveNames> | null = null;
  const liveNames = (): Promise<LiveNames> => (finding ??= findLiveNames(db));
  const written = async (bulkChangeIds: readonly string[]): Promise<Written> => ({
    operator,
    at: now(),
    portalTypes,
    live: await liveNames(),
    portals: await portalsOf(bulkChangeIds),
  });
  const procedures = createProcedures(db, now, written);
  let history: Promise<Procedure | null> | null = null;
  return {
    ...createRunReader(db, integrations),
    save: async (save) => {
      const live = await liveNames();
      return db.transaction(async (tx) => {
        await lockSaves(tx);
        await insertRun(tx, save.run, save.isWhole, now());
        if (save.planId !== null) await useUpPlan(tx, save.planId, save.run.id, now());
        const saved = [];
        for (const change of save.bulkChanges) {
          const id = await insertBulkChange(tx, change, save.isWhole, operator, now());
          await insertRunBulkChange(tx, save.run.id, id);
          await takeLease(tx, id, save.holder, null);
          const changeRequestId =
            change.sharedRequest === null ? null : await insertChangeRequest(tx, change.sharedRequest, operator, now());
          saved.push({ id, portal: change.portal, changeRequestId });
        }
        if (save.isWhole) await savePart(tx, { ...save.part, saved, runId: save.run.id }, { operator, at: now(), live });
        return saved;
      });
    },
    planUsedBy: (id) => planUsedBy(db, id),
    saveMore: async (holder, part) => {
      const live = await liveNames();
      return db.transaction(async (tx) => {
        await requireHeld(tx, holder, part.saved.length);
        await lockSaves(tx);
        await savePart(tx, part, { operator, at: now(), live });
      });
    },
    activate: (holder, saved, requests) =>
      db.transaction(async (tx) => {
        await requireHeld(tx, holder, saved.length);
        for (const [index, { id, changeRequestId }] of saved.entries()) {
          const request = requests[index] ?? null;
          if (changeRequestId !== null && request !== null) await updateChangeRequest(tx, changeRequestId, request);
          await activateBulkChange(tx, id);
        }
        await markRunSaved(tx, holder.runId);
      }),
    unsavedRuns: () => unsavedRuns(db),
    removeLeftovers: async (runId) => removeLeftovers(db, runId, await liveNames()),

    takeLease: (bulkChangeId, holder, over) =>
      takeLease(db, bulkChangeId, holder, over).catch((error: unknown) => {
        // Another took it between the look and the insert.
        if (isDuplicate(error)) return false;
        throw error;
      }),
    readLease: (bulkChangeId) => readLease(db, bulkChangeId),
    beatLeases: (holder) => beatLeases(db, holder),
    releaseLeases: (holder) => releaseLeases(db, holder),

    begin: (bulkChangeIds) => beginBulkChanges(db, bulkChangeIds, { operator, at: now() }),
    claim: async (bulkChangeId, limit) => claimRows(db, bulkChangeId, await portalOf(bulkChangeId), limit),
    begun: (bulkChangeId, page) => begunRows(db, bulkChangeId, page),
    release: (rowIds) => releaseRows(db, rowIds),
    reopen: async (bulkChangeId, statuses, quota) =>
      reopenRows(db, { bulkChangeId, portal: await portalOf(bulkChangeId), statuses, quota, operator, at: now() }),
    journalOf: (rowIds) => readJournal(db, rowIds),
    append: (entries) => appendJournal(db, entries),
    callProcedure: procedures.call,
    callWaiting: procedures.callWaiting,
    commit: async (rows) => {
      const ids = [...new Set(rows.map(({ bulkChangeId }) => bulkChangeId))];
      const historyProcedure = await (history ??= findProcedure(db, HISTORY_PROCEDURE));
      return commitVerdicts(db, rows, await written(ids), historyProcedure).catch((error: unknown) => {
        throw error instanceof PondBulkError ? error : new Error(reasonOf(error), { cause: error });
      });
    },
    noteUnwritten: (rowId, error) => noteUnwritten(db, rowId, error),
    finish: async (runId, bulkChangeIds, exitCode) => {
      const portals = await portalsOf(bulkChangeIds);
      return db.transaction(async (tx) => {
        for (const id of bulkChangeIds) await updateBulkChangeStatus(tx, id, portals.get(id) ?? 'M2M', { operator, at: now() });
        await markRunFinished(tx, runId, exitCode, now());
      });
    },

    keepOptions: (runId, options) => keepRunOptions(db, runId, options),
  };
}

/** In the transaction of what is saved: whoever takes the leases over waits for its end, and then finds them renewed. */
async function requireHeld(tx: Transaction, holder: LeaseHolder, count: number): Promise<void> {
  if ((await renewLeases(tx, holder)) === count) return;
  const message = 'Another run took this one for dead while it was saving, and takes back what was saved: nothing was sent. Start it again';
  throw new PondBulkError('locked', 'LEASE_LOST', message);
}
