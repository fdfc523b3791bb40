import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import { EBONDING_PROCEDURE, procedureValues, type ProcedureCall } from '../../domain/procedure.ts';
import type { Steps } from '../../domain/step.ts';
import { writtenPlan } from '../../domain/written-row.ts';

/** Has the operator's procedure change the plan. What the carrier makes of it cannot be seen, so the database alone tells the plan before. */
export async function changeEbondingPlan(change: PlanChange, steps: Steps): Promise<Outcome> {
  const { plan, before } = change;
  const after = { plan: plan.code };
  const effects = carrierPlanEffects(change);
  if (before['plan'] === plan.code) {
    const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: 'already on plan', hasErrors: false }];
    return { status: 'NOOP', message: 'already on plan', error: null, after, effects, audit };
  }
  const tried = await steps.tryProcedure('change rate plan', procedureCall(change));
  if (!tried.ok) return { status: 'FAILED', message: tried.error.message, error: tried.error, after: null, effects: [], audit: [] };
  const audit = [{ description: 'Carrier Rate Plan Change: AMOP Update', request: writtenPlan(change), response: 'OK', hasErrors: false }];
  const message = `${tried.value}; the carrier follows by its own means, which cannot be seen`;
  return { status: 'APPLIED', message, error: null, after, effects, audit };
}

function procedureCall(change: PlanChange): ProcedureCall {
  const { device, plan, effectiveDate } = change;
  return {
    procedure: EBONDING_PROCEDURE,
    audit: 'Carrier Rate Plan Change: eBonding API',
    values: procedureValues(device, { carrierRatePlan: plan.code, effectiveDate }),
    effects: [],
    wanted: null,
    standIn: carrierPlanEffects(change).filter(({ kind }) => kind === 'carrier-plan'),
    sharedBy: JSON.stringify([plan.code, effectiveDate]),
  };
}
