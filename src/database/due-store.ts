import type { NewRow } from '../domain/run-store.ts';
import { makeDue, plansOf, type MadeDue } from '../domain/made-due.ts';
import type { DueBatch, DueReader, DueStore, TakenDue } from '../run/due-store.ts';
import type { Database, ReadDatabase, Transaction } from './database.ts';
import { findLiveNames, PORTALS, type PortalTypes } from './portals.ts';
import { callHistoryProcedure, HISTORY_PROCEDURE } from './procedures/history.ts';
import { findProcedure, type Procedure } from './procedures/procedure.ts';
import type { RunStoreOptions } from './run-store.ts';
import { insertBulkChange, updateBulkChangeStatus } from './statements/bulk-change.ts';
import { findDue } from './statements/due.ts';
import { writeEffects } from './statements/effects/write-effects.ts';
import type { Written } from './statements/written.ts';
import { findCustomerRatePlans, findCustomerRatePools } from './statements/lookups.ts';
import { findQueuedFor, isWaiting } from './statements/queued.ts';
import { insertRows } from './statements/rows.ts';
import { insertRun, insertRunBulkChange, markRunFinished } from './statements/runs.ts';
import { findHeldPlans, findRowIds, takeDue } from './statements/take-due.ts';
import { insertAudit } from './statements/verdicts.ts';

/** Queued customer plan changes, from a database that need not be writable. */
export function createDueReader(db: ReadDatabase, portalTypes: PortalTypes): DueReader {
  return {
    find: async (scope) => {
      const found = [];
      for (const portal of PORTALS) found.push(...(await findDue(db, portal, scope, portalTypes)));
      return found;
    },
    queuedFor: async (bulkChangeIds, since) => {
      const found = [];
      for (const portal of PORTALS) found.push(...(await findQueuedFor(db, portal, { bulkChangeIds, since }, portalTypes)));
      return found;
    },
    isWaiting: (queueId) => isWaiting(db, queueId),
    lookups: async (tenantId) => ({
      plans: await findCustomerRatePlans(db, tenantId),
      pools: await findCustomerRatePools(db, tenantId),
    }),
  };
}

/** The writing side of run-due. */
export function createDueStore(db: Database, { operator, now, portalTypes }: Omit<RunStoreOptions, 'integrations'>): DueStore {
  return {
    take: async (batch) => {
      const written = { operator, at: now(), portalTypes, live: await findLiveNames(db) };
      const procedure = await findProcedure(db, HISTORY_PROCEDURE);
      return db.transaction((tx) => take(tx, batch, written, procedure));
    },
    finish: (runId, exitCode) => db.transaction((tx) => markRunFinished(tx, runId, exitCode, now())),
  };
}

async function take(tx: Transaction, batch: DueBatch, given: Omit<Written, 'portals'>, procedure: Procedure | null): Promise<TakenDue> {
  const { tenantId, providerId, portal, changeRequestTypeId, run } = batch;
  const ids = batch.changes.map(({ queueId }) => queueId);
  const taken = await takeDue(tx, ids, { tenantId, now: given.at });
  const mine = batch.changes.filter(({ queueId }) => taken.has(queueId));
  if (mine.length === 0) return { bulkChangeId: null, made: [] };
  const devices = mine.map(({ deviceId }) => deviceId);
  const made = makeDue(mine, tenantId, await findHeldPlans(tx, portal, tenantId, devices));

  if (batch.isFirst) await insertRun(tx, run, true, given.at);
  const newBulkChange = { tenantId, providerId, portal, changeRequestTypeId, siteId: null, sharedRequest: null };
  const bulkChangeId = await insertBulkChange(tx, newBulkChange, true, given.operator, given.at);
  await insertRunBulkChange(tx, run.id, bulkChangeId);
  await insertRows(tx, made.map(newRow), { runId: run.id, bulkChangeId, portal, changeRequestId: null, ...given });

  const written: Written = { ...given, portals: new Map([[bulkChangeId, portal]]) };
  const effects = [...plansOf(made, tenantId), ...made.flatMap(({ history }) => history)].map((effect) => ({ ...effect, bulkChangeId }));
  await writeEffects(tx, effects, written);
  const histories = effects.filter((effect) => effect.kind === 'history');
  if (procedure !== null) await callHistoryProcedure(tx, procedure, histories, written);

  const rowIds = await findRowIds(tx, bulkChangeId);
  const audit = made.flatMap((each) => each.audit.map((entry) => ({ rowId: rowIds.get(each.due.line) ?? '', bulkChangeId, entry })));
  await insertAudit(tx, audit, written);
  await updateBulkChangeStatus(tx, bulkChangeId, portal, given);
  return { bulkChangeId, made };
}

function newRow({ due, before, after, isNoop }: MadeDue): NewRow {
  return {
    bulkChange: 0,
    line: due.line,
    iccid: due.iccid,
    phoneNumber: due.msisdn,
    deviceId: due.deviceId,
    providerId: due.providerId,
    change: null,
    cellsJson: JSON.stringify(due.cells),
    before,
    after,
    status: isNoop ? 'NOOP' : 'APPLIED',
    message: isNoop ? 'already assigned' : 'OK',
    error: null,
    changeRequest: null,
  };
}
