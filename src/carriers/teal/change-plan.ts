import { CallFailed } from '../../domain/call-failed.ts';
import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import type { Asked, BatchedStep, Seen, Steps } from '../../domain/step.ts';
import { writtenPlan } from '../../domain/written-row.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import { rowError, tealErrors, type Entry, type Esim, type TealApi } from './api.ts';
import type { Recent } from './recent.ts';

/** Of a plan change that was not made. */
const FAILURE = 'FAILURE';

/** "May take up to 15 minutes" */
const LONGEST_CHANGE_MS = 15 * 60_000;

interface Collaborators {
  readonly api: TealApi;
  readonly http: HttpClient;
  /** Requests after which the eSIM told something else than the failure that it told before. */
  readonly moved: Recent<true>;
  /** EIDs in one call. */
  readonly batchSize: number;
}

/**
 * Moves an eSIM to another plan. The call is only queued by its answer: its own result says whether the change was accepted,
 * and the eSIM itself when it is made.
 */
export async function changeTealPlan(change: PlanChange, steps: Steps, collaborators: Collaborators): Promise<Outcome> {
  const { device, plan } = change;
  const { api, batchSize } = collaborators;
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
    ...assignPlan(entry, before, collaborators),
    key: 'assign plan',
    maxMembers: batchSize,
  });
  const audit = [{ description: 'Teal Carrier Rate Plan: Database.', request: writtenPlan(change), response: 'OK', hasErrors: false }];
  return { status: 'APPLIED', message: 'OK', error: null, after, effects, audit };
}

function assignPlan(entry: Entry, before: Esim, { api, http, moved }: Collaborators): Omit<BatchedStep<true, Entry>, 'key' | 'maxMembers'> {
  const look = async (signal: AbortSignal, requestId: string, asked: Asked): Promise<Seen<true>> => {
    const result = await api.operationResult(requestId, entry.eid, signal);
    if (result.kind === 'running') return { kind: 'pending' };
    if (result.kind === 'refused') return { ...result, kind: 'failed' };
    // What was taken is known: it is the call that is refused. Otherwise it may be the question, about a request that never arrived.
    if (result.kind === 'call-refused' && asked.isTaken) return { ...result, kind: 'failed' };
    const { value: esim, text } = await api.esim(entry.eid, signal);
    if (isOn(esim, entry) && !isUnderWay(esim)) return { kind: 'happened', value: true, response: text };
    // Its plan alone tells what became of a request that is not known, or not any more.
    if (result.kind !== 'accepted') return { kind: 'absent' };
    if (esim.planChangeStatus !== FAILURE) {
      moved.set(`${requestId} ${entry.eid}`, true);
      return { kind: 'pending' };
    }
    // The eSIM does not tell which change failed: it may still be the one before.
    const isOurs =
      before.planChangeStatus !== FAILURE || moved.get(`${requestId} ${entry.eid}`) === true || asked.ageMs >= LONGEST_CHANGE_MS;
    if (!isOurs) return { kind: 'pending' };
    return { kind: 'failed', error: rowError('PLAN_CHANGE_FAILED', 'Teal: the plan change failed'), response: text };
  };
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
    readBack: async (signal, requestId, asked) => {
      try {
        return await look(signal, requestId, asked);
      } catch (error) {
        if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
        throw error;
      }
    },
  };
}

function isOn({ planUuid }: Esim, entry: Entry): boolean {
  return planUuid?.toLowerCase() === entry.planUuid.toLowerCase();
}

/** Whether a plan change was begun and has not ended: the plan may be another one soon. */
function isUnderWay({ planChangeStatus }: Esim): boolean {
  return planChangeStatus != null && planChangeStatus !== 'SUCCESS' && planChangeStatus !== FAILURE;
}
