import axios, {
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import axiosRetry, { retryAfter } from 'axios-retry';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { PondBulkError } from '../domain/errors.ts';
import type { HttpAnswer, HttpCall, HttpClient, HttpReply } from '../domain/http.ts';
import type { Limiter } from './limiter.ts';
import type { Redact } from './redact.ts';
import { isUntrusted } from './untrusted.ts';
import { neverArrived, replyOfError, toAnswer, toReply, TRY_AGAIN } from './reply.ts';
import { isTransientStatus } from './transient-status.ts';
import { watchFor102 } from './watch-for-102.ts';

export interface HttpOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
  readonly limiter: Limiter;
  readonly redact: Redact;
  /** False makes a client that refuses everything but reads, for dry runs. */
  readonly mayWrite: boolean;
  /** Asked the moment before anything but a read goes out, after all waiting; rejects when it must not. */
  readonly beforeWrite?: () => Promise<void>;
  /** Milliseconds to wait when this answer means "too many calls", else null. */
  readonly limitedFor: (answer: HttpAnswer) => number | null;
  /** Whether a read that was answered so may be tried again, whatever its status. */
  readonly isTransient?: (answer: HttpAnswer) => boolean;
  /** Whether this answer refuses the credentials. Nothing is sent after it: every later call is answered the same. */
  readonly isLoginRefused?: (answer: HttpAnswer) => boolean;
  /** How long calls may be refused by the rate limit, one after another, before it is given up. */
  readonly limitDeadlineMs: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

interface CallConfig extends AxiosRequestConfig {
  /** A read: nothing can happen twice. */
  readonly isRepeatable: boolean;
  readonly endsWith102: boolean;
  readonly isRead: boolean;
}

/** The longest body that a carrier's answer may have: 16 MiB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 60_000;

/** An HTTP client for one account of a carrier or of billing. */
export function createHttpClient(options: HttpOptions): HttpClient {
  const client = createAxios(options);
  const call = async (isRead: boolean, request: HttpCall, signal: AbortSignal): Promise<HttpReply> => {
    const { method, url, headers, body } = request;
    if (!isRead && !options.mayWrite) {
      throw new PondBulkError('bug', 'WRITE_IN_DRY_RUN', `A command that only reads tried to send ${method} ${url}; nothing was sent.`);
    }
    const giveUpAt = performance.now() + options.limitDeadlineMs;
    for (;;) {
      const config: CallConfig = {
        method,
        url,
        signal,
        isRepeatable: isRead && request.isOnce !== true,
        endsWith102: request.endsWith102 === true,
        isRead,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { data: typeof body === 'string' ? body : JSON.stringify(body) }),
      };
      const reply = await client.request<Buffer>(config).then(toReply, (error: unknown) => replyOfError(error, signal));
      const waitMs = reply.kind === 'answer' ? options.limitedFor(reply) : null;
      if (waitMs === null || performance.now() + waitMs > giveUpAt) return reply;
      options.limiter.pause(waitMs, 'the carrier said: too many calls');
    }
  };
  return {
    timeoutMs: options.timeoutMs,
    redact: options.redact,
    read: (request, signal) => call(true, request, signal),
    send: (request, signal) => call(false, request, signal),
  };
}

function createAxios(options: HttpOptions): AxiosInstance {
  const send = axios.getAdapter('http');
  const agentOptions = { keepAlive: true, maxSockets: 512 };
  let refused: AxiosResponse<Buffer> | null = null;
  const sendGuarded = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    if (!(config as CallConfig & InternalAxiosRequestConfig).isRead) await options.beforeWrite?.();
    if (refused !== null) return { ...refused, config };
    const response = await inTime(send, config, options.timeoutMs);
    if (options.isLoginRefused?.(toAnswer(response)) === true) refused = response;
    return response;
  };
  const client = axios.create({
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...options.headers },
    httpAgent: new HttpAgent(agentOptions),
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing here.
    httpsAgent: new HttpsAgent({ ...agentOptions, rejectUnauthorized: true }),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'arraybuffer',
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
    // The limiter sits in the adapter: each try takes its own token, and no slot is held during a back-off.
    adapter: (config) => options.limiter.run(() => sendGuarded(config), config.signal as AbortSignal),
    validateStatus: () => true,
  });
  client.interceptors.response.use((response) => {
    // axios-retry looks at errors only; a read that may be tried again is made one, and turned back in replyOfError.
    const { isRepeatable } = response.config as CallConfig;
    if (isRepeatable && (isTransientStatus(response.status) || options.isTransient?.(toAnswer(response)) === true)) {
      throw new axios.AxiosError(`status ${response.status}`, TRY_AGAIN, response.config, response.request, response);
    }
    return response;
  });
  axiosRetry(client, {
    retries: options.retries,
    retryDelay: (count, error) => Math.min(LONGEST_BACK_OFF_MS, Math.max(retryAfter(error), backOffMs(count, options.random()))),
    retryCondition: (error) =>
      !axios.isCancel(error) &&
      !isUntrusted(error) &&
      (neverArrived(error) || (error.config as CallConfig | undefined)?.isRepeatable === true),
  });
  return client;
}

/**
 * Sends with a time limit for the whole answer. axios begins its own anew with every byte: an answer that trickles in would
 * hold a slot of the account, at Control Center the only one, for as long as it likes.
 */
async function inTime(send: AxiosAdapter, config: InternalAxiosRequestConfig, timeoutMs: number): Promise<AxiosResponse> {
  const signal = config.signal as AbortSignal;
  const cut = new AbortController();
  const stop = (): void => cut.abort();
  // Not AbortSignal.any: on a signal that lives as long as the run it keeps something of every call.
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, timeoutMs);
  const processing = (config as CallConfig).endsWith102 ? watchFor102(config.url ?? '', stop) : null;
  try {
    return await send({ ...config, signal: cut.signal, ...(processing === null ? {} : { transport: processing }) });
  } catch (error) {
    if (processing?.isSeen() === true && !signal.aborted) return { status: 102, statusText: '', data: Buffer.of(), headers: {}, config };
    if (!cut.signal.aborted || signal.aborted) throw error;
    throw new axios.AxiosError(`no answer within ${timeoutMs} ms`, 'ETIMEDOUT', config);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** How long to wait before the `count`-th retry: 0.5 s doubling to 60 s, and up to a fifth more. `random` is in [0, 1). */
export function backOffMs(count: number, random: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (count - 1) * (1 + random / 5));
}
