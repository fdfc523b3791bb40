import { z } from 'zod';

import { CallFailed } from '../../domain/call-failed.ts';
import type { HttpAnswer, HttpCall, HttpClient, HttpReply } from '../../domain/http.ts';
import type { RowError } from '../../domain/result.ts';
import { parseJson } from '../../http/json.ts';
import { bodyOf, readBody, type ServiceErrors } from '../../http/verdict.ts';
import { createRecent } from './recent.ts';

/** One device's part of a call. */
export interface Entry {
  readonly eid: string;
  readonly planUuid: string;
}

const esimSchema = z.object({
  eid: z.string().min(1),
  planUuid: z.string().nullish(),
  planChangeStatus: z.string().nullish(),
});

/** An eSIM as far as a plan change needs it. */
export type Esim = z.output<typeof esimSchema>;

const infoSchema = z.object({ success: z.literal(true), entries: z.array(esimSchema) });
const queuedSchema = z.object({ success: z.literal(true) });
const resultSchema = z.object({
  success: z.literal(true),
  entries: z.array(z.object({ eid: z.string(), success: z.boolean(), errorMessage: z.string().nullish() })),
});
const refusalSchema = z.object({ success: z.literal(false) });
const errorSchema = z.object({ errorCode: z.string().nullish(), message: z.string().nullish(), errorMessage: z.string().nullish() });

/** Ended operations that are remembered: more are asked for again. */
const MAX_KEPT = 20_000;

const GENERIC_ERROR = 'GENERIC_ERROR';
const UNAUTHORIZED = 'UNAUTHORIZED';

export const tealErrors: ServiceErrors = {
  service: 'Teal',
  rowClass: 'carrier',
  parse: (text) => {
    const body = parseJson(errorSchema, text);
    return { code: body?.errorCode ?? null, message: body?.message ?? body?.errorMessage ?? null };
  },
  isRefusal: (text) => parseJson(refusalSchema, text) !== null,
  classify: (_status, code) => (code === UNAUTHORIZED ? 'auth' : code === GENERIC_ERROR ? 'transient' : null),
};

/** What became of one device's part of a queued call. */
export type OperationResult =
  /** `response` is what may be kept of the carrier's answer. */
  | { readonly kind: 'accepted'; readonly response: string }
  | { readonly kind: 'refused'; readonly error: RowError; readonly response: string }
  /** The question was refused as a whole: the call was, or nothing is known of it. */
  | { readonly kind: 'call-refused'; readonly error: RowError; readonly response: string }
  | { readonly kind: 'running' }
  /** The carrier knows no such request: it never arrived, or it was long ago. */
  | { readonly kind: 'unknown' };

/** The calls of a Teal plan change. Every call carries a request id; `newRequestId` makes one. */
export function createTealApi(base: string, http: HttpClient, newRequestId: () => string) {
  const asking = new Map<string, Promise<HttpReply>>();
  /** How operations ended, by request id: that does not change, and only the eSIM is asked while its change takes time. */
  const ended = createRecent<HttpReply>(MAX_KEPT);
  const isIn = (reply: HttpReply | undefined, eid: string): boolean =>
    reply?.kind === 'answer' && parseJson(resultSchema, reply.text)?.entries.some((each) => each.eid === eid) === true;
  /** Devices that shared a call share the question how it ended, as long as that is under way. */
  const askResult = (requestId: string, signal: AbortSignal): Promise<HttpReply> => {
    const known = asking.get(requestId);
    if (known !== undefined) return known;
    const call: HttpCall = { method: 'GET', url: `${base}/operation-result?requestId=${requestId}`, endsWith102: true };
    const asked = http.read(call, signal).finally(() => asking.delete(requestId));
    asking.set(requestId, asked);
    return asked;
  };
  return {
    newRequestId,
    /** One eSIM as it is now. Rejects with CallFailed. */
    esim: async (eid: string, signal: AbortSignal): Promise<{ readonly value: Esim; readonly text: string }> => {
      const url = `${base}/esims/info?eid=${encodeURIComponent(eid)}&limit=1&requestId=${newRequestId()}`;
      const { value, text } = await readBody(http, { method: 'GET', url }, signal, tealErrors, (body) => parseJson(infoSchema, body));
      const esim = value.entries.find((each) => each.eid === eid);
      if (esim === undefined) throw new CallFailed(rowError('ESIM_NOT_FOUND', `Teal: no eSIM ${eid}`));
      return { value: esim, text };
    },
    assignPlan: (entries: readonly Entry[], requestId: string): HttpCall => ({
      method: 'POST',
      url: `${base}/esims/assign-plan?requestId=${requestId}`,
      body: { entries },
    }),
    isQueued: (text: string): true | null => (parseJson(queuedSchema, text) === null ? null : true),
    /** How the call of this request id ended for one device. Rejects with CallFailed. */
    operationResult: async (requestId: string, eid: string, signal: AbortSignal): Promise<OperationResult> => {
      const known = ended.get(requestId);
      const reply = known !== undefined && isIn(known, eid) ? known : await askResult(requestId, signal);
      if (reply.kind === 'answer' && reply.status === 102) return { kind: 'running' };
      if (reply.kind === 'answer' && reply.status === 404) return { kind: 'unknown' };
      try {
        const { value, text } = bodyOf(reply, http, tealErrors, (body) => parseJson(resultSchema, body));
        const entry = value.entries.find((each) => each.eid === eid);
        // Nothing is said of this device, perhaps not yet.
        if (entry === undefined) return { kind: 'running' };
        if (reply !== known) ended.set(requestId, reply);
        if (entry.success) return { kind: 'accepted', response: text };
        const said = http.redact(entry.errorMessage ?? 'Teal: refused without a message');
        return { kind: 'refused', error: rowError('OPERATION_REFUSED', said), response: http.redact(JSON.stringify(entry)) };
      } catch (error) {
        if (reply.kind === 'answer' && error instanceof CallFailed && error.error.class === 'carrier')
          return { kind: 'call-refused', error: error.error, response: http.redact(reply.text) };
        throw error;
      }
    },
  };
}

export type TealApi = ReturnType<typeof createTealApi>;

export function isTransient({ text }: HttpAnswer): boolean {
  return parseJson(errorSchema, text)?.errorCode === GENERIC_ERROR;
}

/** A failure of one row, in the carrier's words. */
export function rowError(code: string, message: string): RowError {
  return { code, class: 'carrier', retryable: false, http: null, message, hint: null };
}
