import { z } from 'zod';

import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpClient } from '../../domain/http.ts';
import type { RowError } from '../../domain/result.ts';
import type { Seen, Step } from '../../domain/step.ts';
import { parseJson } from '../../http/json.ts';
import { requestText, sentOf } from '../../http/verdict.ts';
import { parsePackage, pondErrors, type PondApi } from './api.ts';

/** Adds a package. After a lost answer the one of the type whose id was not there before is adopted: ids, never clocks. */
export function addPackage(
  api: PondApi,
  http: HttpClient,
  iccid: string,
  typeId: number,
  idsBefore: ReadonlySet<string>,
): Step<{ readonly packageId: string }> {
  const call = api.addPackage(iccid, typeId);
  return {
    audit: 'Pond add carrier rate plan: API.',
    request: requestText(call),
    send: async (signal) =>
      sentOf(await http.send(call, signal), http, pondErrors, (text) => {
        const added = parsePackage(text);
        return added === null ? null : { packageId: added.packageId };
      }),
    readBack: async (signal) => {
      try {
        const { packages, text } = await api.packages(iccid, signal);
        const added = packages.find(({ packageId, packageTypeId }) => packageTypeId === typeId && !idsBefore.has(packageId));
        return added === undefined ? { kind: 'absent' } : { kind: 'happened', value: { packageId: added.packageId }, response: text };
      } catch (error) {
        return unclear(error);
      }
    },
  };
}

/** Sets a package's status; repeating it changes nothing further, and a status that comes late leaves the device served. */
export function setStatus(api: PondApi, http: HttpClient, packageId: string, status: 'ACTIVE' | 'TERMINATED'): Step<true> {
  const call = api.setStatus(packageId, status);
  const already = status === 'ACTIVE' ? /already active/i : /already terminated/i;
  const look = async (signal: AbortSignal): Promise<Exclude<Seen<true>, { readonly kind: 'failed' | 'pending' }>> => {
    try {
      const { value, text } = await api.packageInfo(packageId, signal);
      return value.status === status ? { kind: 'happened', value: true, response: text } : { kind: 'absent' };
    } catch (error) {
      return unclear(error);
    }
  };
  return {
    audit: 'Pond update carrier rate plan status: API.',
    request: requestText(call),
    idempotent: true,
    send: async (signal) => {
      const reply = await http.send(call, signal);
      const sent = sentOf(reply, http, pondErrors, isStatusAnswer);
      if (sent.kind !== 'refused' || reply.kind !== 'answer' || !already.test(reply.text)) return sent;
      // Its words may be of another package: only the package itself says what it is.
      const seen = await look(signal);
      if (seen.kind === 'absent') return sent;
      const response = `${sent.response}\n${seen.kind === 'happened' ? seen.response : seen.error.message}`;
      return seen.kind === 'happened' ? { kind: 'done', value: true, response } : { kind: 'lost', error: seen.error, response };
    },
    readBack: look,
  };
}

/** The step, sent only while this package is active: between a run and its resume somebody may have ended it. Its `send` rejects with CallFailed. */
export function whileActive<T>(packageId: string, api: PondApi, step: Step<T>): Step<T> {
  return {
    ...step,
    send: async (signal, handle) => {
      const { value } = await api.packageInfo(packageId, signal);
      if (value.status === 'ACTIVE') return step.send(signal, handle);
      throw new CallFailed({
        code: 'NEW_PACKAGE_ENDED',
        class: 'carrier',
        retryable: false,
        http: null,
        message: `New package ${packageId} is ${value.status} since the run was stopped; the old one was left as it is`,
        hint: 'pond-bulk retry looks at all packages anew',
      });
    },
  };
}

/** 204 without a body, or an object. Anything else is a page of something in between: it does not say that the call arrived. */
function isStatusAnswer(text: string): true | null {
  return text === '' || parseJson(z.looseObject({}), text) !== null ? true : null;
}

function unclear(error: unknown): { readonly kind: 'unclear'; readonly error: RowError } {
  if (error instanceof CallFailed) return { kind: 'unclear', error: error.error };
  throw error;
}
