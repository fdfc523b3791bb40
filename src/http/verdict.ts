import { CallFailed } from '../domain/call-failed.ts';
import type { HttpAnswer, HttpCall, HttpClient, HttpReply } from '../domain/http.ts';
import { stopsProvider, type RowError } from '../domain/result.ts';
import type { Sent } from '../domain/step.ts';
import { isTransientStatus } from './transient-status.ts';

/** How one service words its errors, and which of them mean more than "this row failed". */
export interface ServiceErrors {
  /** Name in messages. */
  readonly service: string;
  /** Class of failures that are about one row. */
  readonly rowClass: 'carrier' | 'billing';
  /** Code and message of an error body; null when it has none. */
  readonly parse: (text: string) => { readonly code: string | null; readonly message: string | null };
  /** Whether a 2xx of this body says no all the same. */
  readonly isRefusal?: (text: string) => boolean;
  /** Overrides the meaning of the HTTP status. */
  readonly classify?: (status: number, code: string | null, text: string) => RowError['class'] | null;
  /** What to do about a row's failure of this code, beside reading the message. */
  readonly hint?: (code: string | null) => string | null;
}

/** Code of the error that the other side could not prove who it is. */
export const UNTRUSTED = 'CERTIFICATE_NOT_TRUSTED';

/** A whole HTML page is no message. It is cut after the secrets are out: half a secret would not be found. */
const MESSAGE_LENGTH = 500;

/** RequestText of an audit row. */
export function requestText({ method, url, body }: HttpCall): string {
  return body === undefined ? `${method} ${url}` : `${method} ${url}\n${JSON.stringify(body)}`;
}

/** What an effect's reply means. A 2xx that `read` cannot make sense of is a lost answer: it was probably done. */
export function sentOf<T>(reply: HttpReply, http: HttpClient, errors: ServiceErrors, read: (text: string) => T | null): Sent<T> {
  if (reply.kind === 'answer' && isSuccess(reply, errors)) {
    const value = read(reply.text);
    const response = http.redact(reply.text);
    if (value !== null) return { kind: 'done', value, response };
    return { kind: 'lost', error: unreadable(errors, reply.status), response };
  }
  const error = errorOf(reply, http, errors);
  const response = http.redact(reply.kind === 'answer' ? reply.text : reply.reason);
  if (stopsProvider(error)) return { kind: 'stop', error, response };
  if (reply.kind === 'lost' || (reply.kind === 'answer' && error.class === 'transient')) return { kind: 'lost', error, response };
  return { kind: 'refused', error, response };
}

/** The body of a read that succeeded, parsed; `text` is what may be kept of it. Rejects with CallFailed. */
export async function readBody<T>(
  http: HttpClient,
  call: HttpCall,
  signal: AbortSignal,
  errors: ServiceErrors,
  read: (text: string) => T | null,
): Promise<{ readonly value: T; readonly text: string }> {
  return bodyOf(await http.read(call, signal), http, errors, read);
}

/** The same of a reply that is there already. Throws CallFailed. */
export function bodyOf<T>(
  reply: HttpReply,
  http: HttpClient,
  errors: ServiceErrors,
  read: (text: string) => T | null,
): { readonly value: T; readonly text: string } {
  if (reply.kind !== 'answer' || !isSuccess(reply, errors)) throw new CallFailed(errorOf(reply, http, errors));
  const value = read(reply.text);
  if (value === null) throw new CallFailed(unreadable(errors, reply.status));
  return { value, text: http.redact(reply.text) };
}

function errorOf(reply: HttpReply, http: HttpClient, errors: ServiceErrors): RowError {
  const { service } = errors;
  if (reply.kind === 'not-sent' && reply.isUntrusted === true) {
    // As with refused credentials, no other row would do better.
    return rowError(
      UNTRUSTED,
      'auth',
      null,
      `${service}: its TLS certificate is not trusted (${http.redact(reply.reason)})`,
      'check the base URL; NODE_EXTRA_CA_CERTS=FILE adds a CA of your own; then resume',
    );
  }
  if (reply.kind === 'not-sent') {
    return rowError(
      'NOT_REACHED',
      'transient',
      null,
      `${service}: no connection (${http.redact(reply.reason)})`,
      'check the base URL and the network, then retry',
    );
  }
  if (reply.kind === 'lost') {
    const message = reply.timedOut
      ? `${service}: no answer within ${http.timeoutMs / 1000} s`
      : `${service}: connection lost (${http.redact(reply.reason)})`;
    return rowError('NO_ANSWER', 'transient', null, message, null);
  }
  const { status, text } = reply;
  const said = errors.parse(text);
  const code = said.code === null ? `HTTP_${status}` : http.redact(said.code);
  const words = said.message === null ? `${service}: status ${status}` : http.redact(said.message).slice(0, MESSAGE_LENGTH);
  switch (errors.classify?.(status, said.code, text) ?? classOfStatus(status, errors)) {
    case 'auth':
      // What stops a provider for another reason than its credentials is told in its own words.
      return rowError(
        code,
        'auth',
        status,
        status === 401 || status === 403 || said.message === null ? `${service}: authentication failed` : `${service}: ${words}`,
        'check its credentials, then resume',
      );
    case 'limit':
      return rowError(code, 'limit', status, words, 'wait until the limit is lifted, then resume');
    case 'transient':
      return rowError(code, 'transient', status, status >= 400 ? `${service}: server error ${status}` : words, null);
    case 'carrier':
    case 'billing':
    case 'input':
    case 'database':
    case 'unknown':
      return rowError(code, errors.rowClass, status, words, errors.hint?.(said.code) ?? null);
  }
}

function classOfStatus(status: number, errors: ServiceErrors): RowError['class'] {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'limit';
  if (isTransientStatus(status)) return 'transient';
  return errors.rowClass;
}

function unreadable(errors: ServiceErrors, status: number): RowError {
  return rowError('ANSWER_UNREADABLE', 'transient', status, `${errors.service}: the answer could not be read`, null);
}

function rowError(code: string, errorClass: RowError['class'], http: number | null, message: string, hint: string | null): RowError {
  return { code, class: errorClass, retryable: errorClass === 'transient' || errorClass === 'limit', http, message, hint };
}

function isSuccess({ status, text }: HttpAnswer, errors: ServiceErrors): boolean {
  return status >= 200 && status < 300 && errors.isRefusal?.(text) !== true;
}
