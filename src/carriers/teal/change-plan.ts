import { CallFailed } from '../../domain/call-failed.ts';
import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import type { BatchedStep, Seen, Steps } from '../../domain/step.ts';
import { writtenPlan } from '../../domain/written-row.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import { rowError, tealErrors, type Entry, type Esim, type TealApi } from './api.ts';

interface Collaborators {
  readonly api: TealApi;
  readonly http: HttpClient;
  /** EIDs in one call. */
  readonly batchSize: number;
}

/**
 * Moves an eSIM to another plan. The call is only queued by its answer: its own result says whether the change was accepted,
 * and the eSIM itself when it is made.
 */
export async function changeTealPlan(change: PlanChange, steps: Steps, { api, http, batchSize }: Collaborators): Promise<Outcome> {
  const { device, plan } = change;
  if (device.eid === null || plan.planUuid === null)
    throw new Error(`Teal: ${device.iccid} reached the carrier without an EID or a plan UUID`);
  const entry: Entry = { eid: device.eid, planUuid: plan.planUuid };

  const before = await steps.remember('plan before', async () => (await api.esim(entry.eid, steps.signal)).value);
  const after = { plan: plan.code };
  const effects = carrierPlanEffects(change);
  if (isOn(before, entry) && !isUnderWay(before)) {
    const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: 'already on plan', hasErrors: false }];
    return { status: 'NOOP', message: 'already on plan', error: null, after, effects, audit };
  }

  await steps.step('assign plan', {
    ...assignPlan(entry, api, http),
    key: 'assign plan',
    maxMembers: batchSize,
  });
  const audit = [{ description: 'Teal Carrier Rate Plan: Database.', request: writtenPlan(change), response: 'OK', hasErrors: false }];
  return { status: 'APPLIED', message: 'OK', error: null, after, effects, audit };
}

function assignPlan(entry: Entry, api: TealApi, http: HttpClient): Omit<BatchedStep<true, Entry>, 'key' | 'maxMembers'> {
  return {
    audit: 'Teal Carrier Rate Plan: API.',
    request: (requestId) => requestText(api.assignPlan([entry], requestId)),
    newHandle: api.newRequestId,
    member: entry,
    sendAll: async (entries, signal, requestId) => {
      const sent = sentOf(await http.send(api.assignPlan(entries, requestId), signal), http, tealErrors, api.isQueued);
      return entries.map(() => (sent.kind === 'done' ? { kind: 'accepted', handle: requestId, response: sent.response } : sent));
    },
    // What it is refused for is told of the call only.
    isForSome: () => true,
    readBack: async (signal, requestId) => {
      try {
        return await look(entry, api, requestId, signal);
      } catch (error) {
        if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
        throw error;
      }
    },
  };
}

async function look(entry: Entry, api: TealApi, requestId: string, signal: AbortSignal): Promise<Seen<true>> {
  const result = await api.operationResult(requestId, entry.eid, signal);
  if (result.kind === 'running') return { kind: 'pending' };
  if (result.kind === 'refused') return { ...result, kind: 'failed' };
  const { value: esim, text } = await api.esim(entry.eid, signal);
  if (isOn(esim, entry) && !isUnderWay(esim)) return { kind: 'happened', value: true, response: text };
  // Its plan alone tells what became of a request that is not known, or not any more.
  if (result.kind === 'unknown') return { kind: 'absent' };
  if (esim.planChangeStatus === 'FAILURE')
    return { kind: 'failed', error: rowError('PLAN_CHANGE_FAILED', 'Teal: the plan change failed'), response: text };
  return { kind: 'pending' };
}

function isOn({ planUuid }: Esim, entry: Entry): boolean {
  return planUuid?.toLowerCase() === entry.planUuid.toLowerCase();
}

/** Whether a plan change was begun and has not ended: the plan may be another one soon. */
function isUnderWay({ planChangeStatus }: Esim): boolean {
  return planChangeStatus != null && planChangeStatus !== 'SUCCESS' && planChangeStatus !== 'FAILURE';
}
