import type { Effect } from './effect.ts';
import type { PlanChange } from './plan-change.ts';

/** LogEntryDescription of rows that were refused, or had nothing to do. */
export const PLAN_PREFLIGHT = 'Carrier Rate Plan Change: Pre-flight Check';

/** What every carrier's plan change leaves in the database: the device's plan and, when it was another, its history. */
export function carrierPlanEffects(change: PlanChange): readonly Effect[] {
  const { portal, deviceId, tenantId, providerId, iccid, msisdn } = change.device;
  const previous = change.before['plan'] ?? null;
  const plan: Effect = {
    kind: 'carrier-plan',
    portal,
    deviceId,
    tenantId,
    planId: change.plan.id,
    planCode: change.plan.code,
    commPlan: change.commPlan,
  };
  if (previous === change.plan.code) return [plan];
  const history: Effect = {
    kind: 'history',
    portal,
    deviceId,
    providerId,
    tenantId,
    iccid,
    msisdn,
    field: 'CarrierRatePlan',
    changeType: 'CarrierRatePlanChange',
    previous: previous === null ? null : String(previous),
    current: change.plan.code,
  };
  return [plan, history];
}
