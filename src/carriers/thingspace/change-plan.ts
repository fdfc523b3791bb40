import { CallFailed } from '../../domain/call-failed.ts';
import { carrierPlanEffects, PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { PlanChange } from '../../domain/plan-change.ts';
import { suspended } from '../../domain/plan-refusals.ts';
import type { Refused } from '../../domain/refusal.ts';
import type { BatchedStep, Seen, Steps } from '../../domain/step.ts';
import { writtenPlan } from '../../domain/written-row.ts';
import { requestText } from '../../http/verdict.ts';
import type { PlanTarget, ThingSpaceApi } from './api.ts';
import { isAboutDevices } from './errors.ts';
import type { PlanSender } from './send-plan.ts';

/** The step, and LogEntryDescription of its audit row: changes of the month are counted by them. */
export const CHANGE_STEP = 'change rate plan';
export const CHANGE_AUDIT = 'Update ThingSpace Rate Plan: ThingSpace API';

const SUCCESS = 'Successfully update Carrier Rate Plan; AMOP Update';

interface Collaborators {
  readonly api: ThingSpaceApi;
  readonly sender: PlanSender;
  /** The account of devices that do not tell theirs. */
  readonly accountName: string;
  readonly settleMs?: number | undefined;
}

/** Moves a SIM to another service plan, in one request with others of its account, plan and IP pool (which lists call comm plan). */
export async function changeThingSpacePlan(change: PlanChange, steps: Steps, collaborators: Collaborators): Promise<Outcome> {
  const { device, plan, commPlan, before } = change;
  const found = await steps.remember('device before', async () => (await collaborators.api.device(device.iccid, steps.signal)).value);
  const after = { plan: plan.code, ...(commPlan === null ? {} : { commPlan }) };
  const effects = carrierPlanEffects(change);
  const isThere = found.plans.includes(plan.code);
  if (isThere && (commPlan === null || commPlan === before['commPlan'])) {
    const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: 'already on plan', hasErrors: false }];
    return { status: 'NOOP', message: 'already on plan', error: null, after, effects, audit };
  }
  const refused = isThere ? poolAlone(plan.code) : found.isSuspended ? suspended(device.iccid) : change.refusal;
  if (refused !== undefined) return rejected(change, refused);
  const target = { accountName: found.accountName ?? collaborators.accountName, servicePlan: plan.code, ipPool: commPlan };
  await steps.step(CHANGE_STEP, setPlan(device.iccid, target, collaborators));
  const audit = [
    { description: 'Update ThingSpace Rate Plan: AMOP Update', request: writtenPlan(change), response: 'OK', hasErrors: false },
  ];
  return { status: 'APPLIED', message: SUCCESS, error: null, after, effects, audit };
}

function setPlan(iccid: string, target: PlanTarget, { api, sender, settleMs }: Collaborators): BatchedStep<true, string> {
  return {
    audit: CHANGE_AUDIT,
    request: requestText(api.changePlan(target, [iccid])),
    key: JSON.stringify(target),
    member: iccid,
    maxMembers: sender.maxMembers,
    settleMs,
    sendAll: async (iccids, signal) => {
      const sent = await sender.send(target, iccids, signal);
      return iccids.map(() => sent);
    },
    isForSome: ({ code }) => isAboutDevices(code),
    // Repeating it would use up one more change of the month, and a pool cannot be seen: the plan tells.
    readBack: async (signal): Promise<Seen<true>> => {
      try {
        const { value, text } = await api.device(iccid, signal);
        return value.plans.includes(target.servicePlan) ? { kind: 'happened', value: true, response: text } : { kind: 'absent' };
      } catch (error) {
        if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
        throw error;
      }
    },
  };
}

/** Nobody could tell afterwards whether it happened: devices do not show their pool. */
function poolAlone(code: string): Refused {
  return {
    code: 'IP_POOL_WITHOUT_PLAN',
    message: `Rate plan '${code}' is set already; ThingSpace is given an IP pool together with another plan only`,
    hint: 'leave the comm plan out',
  };
}

/** Nothing was sent. */
function rejected({ plan }: PlanChange, { code, message, hint }: Refused): Outcome {
  const audit = [{ description: PLAN_PREFLIGHT, request: plan.code, response: message, hasErrors: true }];
  const error = { code, class: 'input', retryable: false, http: null, message, hint } as const;
  return { status: 'REJECTED', message, error, after: null, effects: [], audit };
}
