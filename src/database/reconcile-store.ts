import { carrierPlanEffects } from '../domain/carrier-plan-effects.ts';
import type { ChangedPlan } from '../domain/drift.ts';
import type { AuditEntry } from '../domain/outcome.ts';
import type { ReconcileStore } from '../run/reconcile-store.ts';
import type { Database } from './database.ts';
import { findLiveNames, portalFinder } from './portals.ts';
import { callHistoryProcedure, HISTORY_PROCEDURE } from './procedures/history.ts';
import { findProcedure } from './procedures/procedure.ts';
import type { RunStoreOptions } from './run-store.ts';
import { findBulkChangesInDoubt, findChangedPlans, lockUnchangedDevices } from './statements/changed-plans.ts';
import { writeEffects } from './statements/effects/write-effects.ts';
import type { Written } from './statements/written.ts';
import { findPlans } from './statements/lookups.ts';
import { insertAudit } from './statements/verdicts.ts';

/** The database's side of reconcile. */
export function createReconcileStore(db: Database, { operator, now, portalTypes }: Omit<RunStoreOptions, 'integrations'>): ReconcileStore {
  const portalsOf = portalFinder(db);
  return {
    bulkChangesInDoubt: () => findBulkChangesInDoubt(db),
    changedPlans: async (id, page) => findChangedPlans(db, id, (await portalsOf([id])).get(id) ?? 'M2M', page),
    plans: (providerId) => findPlans(db, [providerId]),
    rewrite: async (bulkChangeId, changed) => {
      const portals = await portalsOf([bulkChangeId]);
      const written: Written = { operator, at: now(), portalTypes, live: await findLiveNames(db), portals };
      const procedure = await findProcedure(db, HISTORY_PROCEDURE);
      return db.transaction(async (tx) => {
        const unchanged = await lockUnchangedDevices(tx, portals.get(bulkChangeId) ?? 'M2M', changed, written);
        const mine = changed.filter(({ change }) => unchanged.has(change.device.deviceId));
        const effects = mine.flatMap(effectsOf).map((effect) => ({ ...effect, bulkChangeId }));
        await writeEffects(tx, effects, written);
        const histories = effects.filter((effect) => effect.kind === 'history');
        if (procedure !== null) await callHistoryProcedure(tx, procedure, histories, written);
        await insertAudit(
          tx,
          mine.map((each) => ({ rowId: each.rowId, bulkChangeId, entry: auditOf(each) })),
          written,
        );
        return new Set(mine.map(({ rowId }) => rowId));
      });
    },
  };
}

function effectsOf({ change, database }: ChangedPlan) {
  return carrierPlanEffects({ ...change, before: database ?? {} });
}

/** The text of the carriers whose database step has no name of its own: what was done is the same. */
function auditOf({ change, wrote, database }: ChangedPlan): AuditEntry {
  const request = `Device ${JSON.stringify({ id: change.device.deviceId, RatePlan: change.plan.code, CarrierRatePlanId: change.plan.id })}`;
  const response = `OK; reconcile: the carrier has ${wrote['plan'] ?? 'none'}, the database had ${database?.['plan'] ?? 'none'}`;
  return { description: 'Carrier Rate Plan Change: AMOP Update', request, response, hasErrors: false };
}
