import axios, { type AxiosError, type AxiosResponse } from 'axios';

import type { HttpAnswer, HttpReply } from '../domain/http.ts';
import { isTransientStatus } from './transient-status.ts';
import { isUntrusted } from './untrusted.ts';

/** Of answers that are made errors for axios-retry. */
export const TRY_AGAIN = 'TRY_AGAIN';

/** What the carrier answered, whatever its status. */
export function toReply(response: AxiosResponse<Buffer>): HttpReply {
  return { kind: 'answer', ...toAnswer(response) };
}

/** The answer without what became of it. */
export function toAnswer(response: AxiosResponse<Buffer>): HttpAnswer {
  const after = response.headers['retry-after'] as string | undefined;
  return { status: response.status, text: decode(response), retryAfterMs: parseRetryAfter(after) };
}

/** What became of a call without an answer. Throws when it was cut short, and what is no error of a call. */
export function replyOfError(error: unknown, signal: AbortSignal): HttpReply {
  signal.throwIfAborted();
  if (!axios.isAxiosError<Buffer>(error)) throw error;
  if (error.response !== undefined && (error.code === TRY_AGAIN || isTransientStatus(error.response.status)))
    return toReply(error.response);
  const reason = error.code ?? error.message;
  if (isUntrusted(error)) return { kind: 'not-sent', reason, isUntrusted: true };
  if (neverArrived(error)) return { kind: 'not-sent', reason };
  return { kind: 'lost', reason, timedOut: error.code === 'ETIMEDOUT' || error.code === 'ECONNABORTED' };
}

/** Names of what says that a host or its network cannot be had. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether the connection was never made: a request that was never written cannot have had an effect. */
export function neverArrived({ code, cause }: AxiosError): boolean {
  return UNREACHABLE.has(code ?? '') && isOfConnecting(cause);
}

/** A kept connection may break by the same names long after it was made: only what failed while it was made tells. */
function isOfConnecting(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  // Of a name with several addresses each has an error of its own.
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(isOfConnecting);
  const { syscall } = cause as NodeJS.ErrnoException;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function decode(response: AxiosResponse<Buffer>): string {
  const charset = /charset=["']?([\w-]+)/i.exec(String(response.headers['content-type'] ?? ''))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(response.data);
  } catch {
    return new TextDecoder().decode(response.data);
  }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now. */
function parseRetryAfter(value: string | undefined): number | null {
  if (value === undefined) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
