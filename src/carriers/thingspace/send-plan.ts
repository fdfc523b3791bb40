import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpClient } from '../../domain/http.ts';
import { stopsProvider } from '../../domain/result.ts';
import type { Sent } from '../../domain/step.ts';
import { sentOf } from '../../http/verdict.ts';
import type { PlanTarget, ThingSpaceApi } from './api.ts';
import { isTooManyDevices, thingSpaceErrors } from './errors.ts';

export interface PlanSender {
  /** How many devices a request may have: fewer once ThingSpace said that they were too many. */
  readonly maxMembers: number;
  /** Moves devices in one request. */
  send(target: PlanTarget, iccids: readonly string[], signal: AbortSignal): Promise<Sent<true>>;
}

export function createPlanSender(api: ThingSpaceApi, http: HttpClient, batchSize: number): PlanSender {
  let maxMembers = batchSize;
  return {
    get maxMembers() {
      return maxMembers;
    },
    send: async (target, iccids, signal) => {
      try {
        const sent = sentOf(await http.send(api.changePlan(target, iccids), signal), http, thingSpaceErrors, api.parseRequestId);
        if (sent.kind === 'refused' && isTooManyDevices(sent.error.code)) maxMembers = Math.min(maxMembers, Math.ceil(iccids.length / 2));
        // Taken, not done: the list of devices shows when it is.
        return sent.kind === 'done' ? { kind: 'accepted', handle: sent.value, response: sent.response } : sent;
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        // The login failed: the change was not sent.
        return { kind: stopsProvider(error.error) ? 'stop' : 'refused', error: error.error, response: error.message };
      }
    },
  };
}
