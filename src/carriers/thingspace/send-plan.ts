import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpClient } from '../../domain/http.ts';
import { stopsProvider } from '../../domain/result.ts';
import type { Sent } from '../../domain/step.ts';
import { sentOf } from '../../http/verdict.ts';
import type { PlanTarget, ThingSpaceApi } from './api.ts';
import { isAboutDevices, isTooManyDevices, thingSpaceErrors } from './errors.ts';

export interface PlanSender {
  /** How many devices a request may have: fewer once ThingSpace said that they were too many. */
  readonly maxMembers: number;
  /** Moves devices in one request, or in several where ThingSpace refuses it. Answers for each, in their order. */
  send(target: PlanTarget, iccids: readonly string[], signal: AbortSignal): Promise<readonly Sent<true>[]>;
}

/** A refused request of several devices is sent again in halves, until those that it is refused for are alone. */
export function createPlanSender(api: ThingSpaceApi, http: HttpClient, batchSize: number): PlanSender {
  let maxMembers = batchSize;

  const sendOnce = async (target: PlanTarget, iccids: readonly string[], signal: AbortSignal): Promise<Sent<true>> => {
    try {
      const sent = sentOf(await http.send(api.changePlan(target, iccids), signal), http, thingSpaceErrors, api.parseRequestId);
      // Taken, not done: the list of devices shows when it is.
      return sent.kind === 'done' ? { kind: 'accepted', handle: sent.value, response: sent.response } : sent;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      // The login failed: the change was not sent.
      return { kind: stopsProvider(error.error) ? 'stop' : 'refused', error: error.error, response: error.message };
    }
  };

  const send = async (target: PlanTarget, iccids: readonly string[], signal: AbortSignal): Promise<readonly Sent<true>[]> => {
    const sent = await sendOnce(target, iccids, signal);
    const half = Math.ceil(iccids.length / 2);
    if (sent.kind !== 'refused' || iccids.length < 2 || !isAboutDevices(sent.error.code)) return iccids.map(() => sent);
    if (isTooManyDevices(sent.error.code)) maxMembers = Math.min(maxMembers, half);
    const first = await send(target, iccids.slice(0, half), signal);
    const rest = iccids.slice(half);
    const stop = first.find(({ kind }) => kind === 'stop');
    return [...first, ...(stop === undefined ? await send(target, rest, signal) : rest.map(() => stop))];
  };

  return {
    get maxMembers() {
      return maxMembers;
    },
    send,
  };
}
