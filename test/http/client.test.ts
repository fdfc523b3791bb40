import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pLimit from 'p-limit';
import { afterEach, expect, test } from 'vitest';

import { systemClock } from '../../src/domain/clock.ts';
import type { HttpClient } from '../../src/domain/http.ts';
import { backOffMs, createHttpClient } from '../../src/http/client.ts';
import { createLimiter } from '../../src/http/limiter.ts';

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
  retries = 0,
): Promise<{ http: HttpClient; url: string }> {
  const server = createServer((request, response) => answer(response, request));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createHttpClient({
    headers: {},
    timeoutMs,
    retries,
    limiter: createLimiter({ concurrency: 1, perSecond: null }, pLimit(1), systemClock, () => undefined),
    redact: (text) => text,
    mayWrite: true,
    limitedFor: () => null,
    limitDeadlineMs: 1000,
    random: () => 0,
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
    1,
  );

  const once = await http.read({ method: 'POST', url, isOnce: true }, NEVER);
  const callsOfOnce = calls;
  const repeated = await http.read({ method: 'POST', url }, NEVER);

  expect([once, repeated]).toMatchObject([{ status: 503 }, { status: 503 }]);
  expect([callsOfOnce, calls - callsOfOnce]).toEqual([1, 2]);
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

test('the wait between tries doubles from half a second to a minute, with jitter', () => {
  expect([1, 2, 3, 4].map((count) => backOffMs(count, 0))).toEqual([500, 1000, 2000, 4000]);
  expect(backOffMs(1, 0.5)).toBe(550);
  expect([8, 20].map((count) => backOffMs(count, 0.99))).toEqual([60_000, 60_000]);
});
