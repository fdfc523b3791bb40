import type { RunStore, SavePart } from '../run/run-store.ts';
import type { Database, Transaction } from './database.ts';
import { HISTORY_PROCEDURE } from './procedures/history.ts';
import { findProcedure, type Procedure } from './procedures/procedure.ts';
import { createProcedures } from './procedures/procedures.ts';
import { activateBulkChange, beginBulkChanges, insertBulkChange, updateBulkChangeStatus } from './statements/bulk-change.ts';
import { begunRows, claimRows, reopenRows, releaseRows } from './statements/claim.ts';
import type { PortalTypes, Written } from './statements/effects.ts';
import type { IntegrationNames } from './statements/lookups.ts';
import { appendJournal, readJournal } from './statements/journal.ts';
import { beatLeases, readLease, releaseLeases, takeLease } from './statements/lease.ts';
import { removeLeftovers } from './statements/leftovers.ts';
import { streamResults } from './statements/results.ts';
import { insertChangeRequest, insertRefusals, insertRows, type SavedUnder } from './statements/rows.ts';
import {
  findRuns,
  insertRun,
  insertRunBulkChange,
  markRunFinished,
  markRunSaved,
  runOfBulkChange,
  unsavedRuns,
} from './statements/runs.ts';
import { commitVerdicts } from './statements/verdicts.ts';

export interface RunStoreOptions {
  readonly operator: string;
  readonly now: () => number;
  readonly portalTypes: PortalTypes;
  readonly integrations: IntegrationNames;
}

/** The run's side of the database: saving, claiming, journal, verdicts and leases. */
export function createRunStore(db: Database, { operator, now, portalTypes, integrations }: RunStoreOptions): RunStore {
  const written = (): Written => ({ operator, at: now(), portalTypes });
  const procedures = createProcedures(db, written);
  let history: Promise<Procedure | null> | null = null;
  return {
    save: (save) =>
      db.transaction(async (tx) => {
        await insertRun(tx, save.run, save.isWhole, now());
        const saved = [];
        for (const change of save.bulkChanges) {
          const id = await insertBulkChange(tx, change, save.isWhole, operator, now());
          await insertRunBulkChange(tx, save.run.id, id);
          await takeLease(tx, id, save.holder, now(), null);
          const changeRequestId =
            change.sharedRequest === null ? null : await insertChangeRequest(tx, change.sharedRequest, operator, now());
          saved.push({ id, changeRequestId });
        }
        if (save.isWhole) await savePart(tx, { ...save.part, saved, runId: save.run.id }, operator, now());
        return saved;
      }),
    saveMore: (part) => db.transaction((tx) => savePart(tx, part, operator, now())),
    activate: (runId, bulkChangeIds) =>
      db.transaction(async (tx) => {
        for (const id of bulkChangeIds) await activateBulkChange(tx, id);
        await markRunSaved(tx, runId);
      }),
    unsavedRuns: () => unsavedRuns(db),
    removeLeftovers: (runId) => removeLeftovers(db, runId),

    takeLease: (bulkChangeId, holder, over) => takeLease(db, bulkChangeId, holder, now(), over),
    readLease: (bulkChangeId) => readLease(db, bulkChangeId),
    beatLeases: (holder) => beatLeases(db, holder, now()),
    releaseLeases: (holder) => releaseLeases(db, holder),

    begin: (bulkChangeIds) => beginBulkChanges(db, bulkChangeIds, operator, now()),
    claim: (bulkChangeId, limit) => claimRows(db, bulkChangeId, limit),
    begun: (bulkChangeId, page) => begunRows(db, bulkChangeId, page),
    release: (rowIds) => releaseRows(db, rowIds),
    reopen: (bulkChangeId, statuses) => reopenRows(db, bulkChangeId, statuses),
    journalOf: (rowIds) => readJournal(db, rowIds),
    append: (entries) => appendJournal(db, entries),
    callProcedure: procedures.call,
    callWaiting: procedures.callWaiting,
    commit: async (rows) => commitVerdicts(db, rows, written(), await (history ??= findProcedure(db, HISTORY_PROCEDURE))),
    finish: (runId, bulkChangeIds, exitCode) =>
      db.transaction(async (tx) => {
        for (const id of bulkChangeIds) await updateBulkChangeStatus(tx, id, operator, now());
        await markRunFinished(tx, runId, exitCode, now());
      }),

    findRun: async (id) => (await findRuns(db, { limit: 1, id, integrations }))[0] ?? null,
    findRuns: (limit) => findRuns(db, { limit, integrations }),
    runOfBulkChange: (id) => runOfBulkChange(db, id),
    results: (bulkChangeIds) => streamResults(db, bulkChangeIds),
  };
}

async function savePart(tx: Transaction, part: SavePart, operator: string, at: number): Promise<void> {
  for (const [index, { id, changeRequestId }] of part.saved.entries()) {
    const rows = part.rows.filter(({ bulkChange }) => bulkChange === index);
    if (rows.length === 0) continue;
    const under: SavedUnder = { runId: part.runId, bulkChangeId: id, changeRequestId, operator, at };
    await insertRows(tx, rows, under);
    const refused = rows
      .filter(({ status }) => status === 'REJECTED')
      .map(({ line, iccid, changeRequest }) => ({ line, request: changeRequest ?? iccid }));
    await insertRefusals(tx, under, refused, part.preflight);
  }
}
