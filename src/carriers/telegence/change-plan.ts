import { CallFailed } from '../../domain/call-failed.ts';
import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import { stopsProvider } from '../../domain/result.ts';
import type { Seen, Sent, Step, Steps } from '../../domain/step.ts';
import { subscriberNumber } from '../../domain/subscriber-number.ts';
import { writtenPlan } from '../../domain/written-row.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import { telegenceErrors, type TelegenceApi } from './api.ts';

interface Collaborators {
  readonly api: TelegenceApi;
  readonly http: HttpClient;
  /** The current UTC day, `yyyy-MM-dd`. */
  readonly today: () => string;
}

/** Moves a line to another plan with one PATCH, once its SIM is known to be the device's. A change of a later day is only taken now. */
export async function changeTelegencePlan(change: PlanChange, steps: Steps, collaborators: Collaborators): Promise<Outcome> {
  const { device, plan, effectiveDate } = change;
  const { api } = collaborators;
  const number = subscriberNumber(device.msisdn);
  if (number === null) throw new Error(`Telegence: ${device.iccid} reached the carrier without a phone number`);
  const before = await steps.remember('plan before', async () => (await api.line(number, device.iccid, steps.signal)).value);
  const after = { plan: plan.code };
  const effects = carrierPlanEffects(change);
  if (before.plan === plan.code) {
    const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: 'already on plan', hasErrors: false }];
    return { status: 'NOOP', message: 'already on plan', error: null, after, effects, audit };
  }
  await steps.step('change rate plan', changeLine(change, number, steps.isResumed, collaborators));
  const audit = [{ description: 'Carrier Rate Plan Change: AMOP Update', request: writtenPlan(change), response: 'OK', hasErrors: false }];
  const message = effectiveDate === null ? 'OK' : `OK; effective ${effectiveDate}`;
  return { status: 'APPLIED', message, error: null, after, effects, audit };
}

/** `looksAgain`: the line was read before a stop, perhaps long ago, and its SIM may be another one by now. */
function changeLine(change: PlanChange, number: string, looksAgain: boolean, { api, http, today }: Collaborators): Step<true> {
  const { device, plan, effectiveDate } = change;
  const call = api.changePlan(number, plan.code, effectiveDate ?? today());
  const readBack = async (signal: AbortSignal): Promise<Seen<true>> => {
    try {
      const { value, text } = await api.line(number, device.iccid, signal);
      return value.plan === plan.code ? { kind: 'happened', value: true, response: text } : { kind: 'absent' };
    } catch (error) {
      if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
      throw error;
    }
  };
  return {
    audit: 'Carrier Rate Plan Change: Telegence API',
    request: requestText(call),
    send: async (signal): Promise<Sent<true>> => {
      const seen = looksAgain ? await readBack(signal) : null;
      if (seen?.kind === 'unclear') {
        const { error } = seen;
        return { kind: stopsProvider(error) ? 'stop' : 'refused', error, response: error.message };
      }
      const sent = sentOf(await http.send(call, signal), http, telegenceErrors, api.parseChanged);
      if (sent.kind !== 'done') return sent;
      // A read confirms it. A change of a later day does not show before that, so that its answer has to do.
      const isDone = effectiveDate !== null || (await readBack(signal)).kind === 'happened';
      return isDone ? { ...sent, value: true } : { kind: 'accepted', handle: 'HTTP 200', response: sent.response };
    },
    // A dated change that was lost looks undone until its day: it is sent again, which leaves the same state.
    readBack,
  };
}
