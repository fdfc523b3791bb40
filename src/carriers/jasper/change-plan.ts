import { CallFailed } from '../../domain/call-failed.ts';
import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import type { Seen, Step, Steps } from '../../domain/step.ts';
import { writtenPlan } from '../../domain/written-row.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import type { JasperApi, JasperEdit } from './api.ts';

const SUCCESS = 'Successfully update Carrier Rate Plan; AMOP Update';

/** Moves a SIM to another rate plan with one PUT, and leaves it alone when it is on the plan already. */
export async function changeJasperPlan(change: PlanChange, steps: Steps, api: JasperApi, http: HttpClient): Promise<Outcome> {
  const { device, plan, commPlan, effectiveDate } = change;
  const before = await steps.remember('plan before', async () => (await api.device(device.iccid, steps.signal)).value);
  const edit: JasperEdit = {
    ...(before.ratePlan === plan.code ? {} : { ratePlan: plan.code }),
    ...(commPlan === null || before.communicationPlan === commPlan ? {} : { communicationPlan: commPlan }),
  };
  const after = { plan: plan.code, ...(commPlan === null ? {} : { commPlan }) };
  const effects = carrierPlanEffects(change);
  if (Object.keys(edit).length === 0) {
    const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: 'already on plan', hasErrors: false }];
    return { status: 'NOOP', message: 'already on plan', error: null, after, effects, audit };
  }
  await steps.step(
    'change rate plan',
    editDevice(change, { ...edit, ...(effectiveDate === null ? {} : { effectiveDate: `${effectiveDate}Z` }) }, api, http),
  );
  const audit = [{ description: 'Update Jasper Rate Plan: AMOP Update', request: writtenPlan(change), response: 'OK', hasErrors: false }];
  return { status: 'APPLIED', message: SUCCESS, error: null, after, effects, audit };
}

function editDevice(change: PlanChange, edit: JasperEdit, api: JasperApi, http: HttpClient): Step<true> {
  const { iccid } = change.device;
  const call = api.edit(iccid, edit);
  const shows = async (signal: AbortSignal): Promise<Seen<true>> => {
    try {
      const { value, text } = await api.device(iccid, signal);
      const there =
        (edit.ratePlan === undefined || value.ratePlan === edit.ratePlan) &&
        (edit.communicationPlan === undefined || value.communicationPlan === edit.communicationPlan);
      return there ? { kind: 'happened', value: true, response: text } : { kind: 'absent' };
    } catch (error) {
      if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
      throw error;
    }
  };
  return {
    audit: 'Update Jasper Rate Plan: Jasper API',
    request: requestText(call),
    send: async (signal) => {
      const reply = await http.send(call, signal);
      if (reply.kind === 'answer' && reply.status === 202) {
        const response = http.redact(reply.text);
        // Reading back confirms a 202. A dated change does not show before its day, so that its 202 has to do, whatever its body.
        return edit.effectiveDate === undefined
          ? { kind: 'accepted', handle: 'HTTP 202', response }
          : { kind: 'done', value: true, response };
      }
      return sentOf(reply, http, api.errors, (text) => api.isEdited(text, iccid));
    },
    // A dated change that was lost looks undone until its day: it is sent again, which leaves the same state.
    readBack: shows,
  };
}
