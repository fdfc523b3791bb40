import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type ClientRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxiosError } from 'axios';
import pLimit from 'p-limit';
import { afterEach, expect, onTestFinished, test } from 'vitest';

import { systemClock } from '../../src/domain/clock.ts';
import type { HttpClient } from '../../src/domain/http.ts';
import { backOffMs, createHttpClient, type HttpOptions } from '../../src/http/client.ts';
import { createLimiter } from '../../src/http/limiter.ts';
import { neverArrived } from '../../src/http/reply.ts';

const servers: Server[] = [];
const NEVER = new AbortController().signal;

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server that answers in this way, and a client of it that may have one call under way. */
async function served(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  timeoutMs: number,
  more: Partial<HttpOptions> = {},
): Promise<{ http: HttpClient; url: string }> {
  const server = createServer((request, response) => answer(response, request));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createHttpClient({
    headers: {},
    timeoutMs,
    retries: 0,
    limiter: createLimiter({ concurrency: 1, perSecond: null }, pLimit(1), systemClock, () => undefined),
    redact: (text) => text,
    mayWrite: true,
    limitedFor: () => null,
    limitDeadlineMs: 1000,
    random: () => 0,
    ...more,
  });
  // A listening TCP server has an AddressInfo.
  return { http, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

test('an answer that trickles in without an end is lost in time, and the slot is free again', async () => {
  let calls = 0;
  const { http, url } = await served((response) => {
    calls += 1;
    if (calls > 1) return response.end('second');
    const trickle = setInterval(() => response.write('.'), 20);
    return response.once('close', () => clearInterval(trickle));
  }, 300);

  const first = await http.send({ method: 'POST', url }, NEVER);
  const second = await http.send({ method: 'POST', url }, NEVER);

  expect(first).toEqual({ kind: 'lost', reason: 'ETIMEDOUT', timedOut: true });
  expect(second).toMatchObject({ kind: 'answer', text: 'second' });
});

test('a read is tried again, but never one that may be sent once only', async () => {
  let calls = 0;
  const { http, url } = await served(
    (response) => {
      calls += 1;
      response.writeHead(503).end();
    },
    5000,
    { retries: 1 },
  );

  const once = await http.read({ method: 'POST', url, isOnce: true }, NEVER);
  const callsOfOnce = calls;
  const repeated = await http.read({ method: 'POST', url }, NEVER);

  expect([once, repeated]).toMatchObject([{ status: 503 }, { status: 503 }]);
  expect([callsOfOnce, calls - callsOfOnce]).toEqual([1, 2]);
});

test.each([408, 500, 502, 503, 504])('a read that is answered %i is tried again, a write is not', async (status) => {
  let calls = 0;
  const { http, url } = await served(
    (response) => {
      calls += 1;
      response.writeHead(status).end();
    },
    5000,
    { retries: 1 },
  );

  const read = await http.read({ method: 'GET', url }, NEVER);
  const callsOfRead = calls;
  const sent = await http.send({ method: 'POST', url }, NEVER);

  expect([read, callsOfRead]).toMatchObject([{ kind: 'answer', status }, 2]);
  expect([sent, calls - callsOfRead]).toMatchObject([{ kind: 'answer', status }, 1]);
});

test('headers of a call win, and a text is sent as it is', async () => {
  const { http, url } = await served((response, request) => {
    request.on('data', (chunk: Buffer) =>
      response.write(`${request.headers['content-type']} ${String(request.headers['x-more'])} ${chunk.toString()}`),
    );
    request.on('end', () => response.end());
  }, 5000);
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-More': 'more' };

  const reply = await http.read({ method: 'POST', url, headers, body: 'a=b' }, NEVER);

  expect(reply).toMatchObject({ text: 'application/x-www-form-urlencoded more a=b' });
});

test('a call that is let go rejects, it is not lost', async () => {
  const { http, url } = await served(() => undefined, 60_000);
  const stop = new AbortController();

  const sending = http.send({ method: 'POST', url }, stop.signal);
  stop.abort();

  await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
});

test('102 ends a call that it answers, at once and without a retry, and the slot is free again', async () => {
  let calls = 0;
  const { http, url } = await served((response) => {
    calls += 1;
    if (calls > 1) return response.end('second');
    return response.writeProcessing();
  }, 60_000);

  const first = await http.read({ method: 'GET', url, endsWith102: true }, NEVER);
  const second = await http.read({ method: 'GET', url, endsWith102: true }, NEVER);

  expect([first, calls]).toEqual([{ kind: 'answer', status: 102, text: '', retryAfterMs: null }, 2]);
  expect(second).toMatchObject({ kind: 'answer', status: 200, text: 'second' });
});

test('102 before the answer of another call is passed over', async () => {
  const { http, url } = await served((response) => {
    response.writeProcessing();
    response.end('answer');
  }, 5000);

  expect(await http.read({ method: 'GET', url }, NEVER)).toMatchObject({ kind: 'answer', status: 200, text: 'answer' });
});

test('a call that is let go after 102 rejects all the same', async () => {
  const stop = new AbortController();
  const { http, url } = await served((response) => {
    stop.abort();
    response.writeProcessing();
  }, 60_000);

  const reading = http.read({ method: 'GET', url, endsWith102: true }, stop.signal);

  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});

test('a read whose answer says so is tried again, and what it says in the end is told; a write is sent once', async () => {
  let calls = 0;
  const busy = '{"errorCode":"GENERIC_ERROR"}';
  const { http, url } = await served(
    (response) => {
      calls += 1;
      response.end(busy);
    },
    5000,
    { retries: 1, isTransient: ({ text }) => text === busy },
  );

  const read = await http.read({ method: 'GET', url }, NEVER);
  const callsOfRead = calls;
  const sent = await http.send({ method: 'POST', url }, NEVER);

  expect([read, callsOfRead]).toMatchObject([{ kind: 'answer', status: 200, text: busy }, 2]);
  expect([sent, calls - callsOfRead]).toMatchObject([{ kind: 'answer', status: 200, text: busy }, 1]);
});

test.each(['EHOSTUNREACH', 'ENETUNREACH', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])(
  'a write whose connection breaks with %s after it was sent is lost, and not sent again',
  async (code) => {
    let calls = 0;
    let sending: ClientRequest | undefined;
    // Node publishes an object with the request.
    const remember = (message: unknown): void => {
      ({ request: sending } = message as { readonly request: ClientRequest });
    };
    subscribe('http.client.request.start', remember);
    onTestFinished(() => void unsubscribe('http.client.request.start', remember));
    const { http, url } = await served(
      () => {
        calls += 1;
        sending?.socket?.destroy(Object.assign(new Error(`read ${code}`), { code, syscall: 'read' }));
      },
      5000,
      { retries: 1 },
    );

    const reply = await http.send({ method: 'POST', url, body: {} }, NEVER);

    expect([reply, calls]).toEqual([{ kind: 'lost', reason: code, timedOut: false }, 1]);
  },
);

test.each([
  ['nobody listens on its port', 'http://127.0.0.1:1/', 'ECONNREFUSED'],
  ['its name does not exist', 'http://no-such-host.invalid/', expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/)],
])('a write was not sent where %s', async (_why, url, reason) => {
  const { http } = await served(() => undefined, 5000);

  expect(await http.send({ method: 'POST', url, body: {} }, NEVER)).toEqual({ kind: 'not-sent', reason });
});

test('a write was not sent where none of several addresses could be connected to', () => {
  const refused = (address: string) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED', syscall: 'connect' });
  const cause = Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), { code: 'ECONNREFUSED' });

  expect(neverArrived(AxiosError.from(cause))).toBe(true);
});

test('the wait between tries doubles from half a second to a minute, with jitter', () => {
  expect([1, 2, 3, 4].map((count) => backOffMs(count, 0))).toEqual([500, 1000, 2000, 4000]);
  expect(backOffMs(1, 0.5)).toBe(550);
  expect([8, 20].map((count) => backOffMs(count, 0.99))).toEqual([60_000, 60_000]);
});

test('after an answer that refuses the credentials nothing is sent: calls that waited, and later ones, are answered the same', async () => {
  let calls = 0;
  const { http, url } = await served(
    (response) => {
      calls += 1;
      response.writeHead(calls === 1 ? 200 : 401).end(`answer ${calls}`);
    },
    5000,
    { isLoginRefused: ({ status }) => status === 401 },
  );

  const first = await http.read({ method: 'GET', url }, NEVER);
  const together = await Promise.all([1, 2, 3].map(() => http.send({ method: 'POST', url }, NEVER)));
  const later = await http.read({ method: 'GET', url }, NEVER);

  expect(first).toMatchObject({ status: 200 });
  expect([...together, later]).toMatchObject(Array.from({ length: 4 }, () => ({ kind: 'answer', status: 401, text: 'answer 2' })));
  expect(calls).toBe(2);
});
