import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { systemClock } from '../../src/domain/clock.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { createLimiter } from '../../src/http/limiter.ts';
import { sentOf } from '../../src/http/verdict.ts';
import { carrierEnvironment } from '../../src/sandbox/simulator/accounts.ts';
import { runCli } from '../end-to-end/cli.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';
import { SELF_SIGNED } from './self-signed.ts';

let server: Server;
let url: string;
let calls: number;
let tries: number;

beforeEach(async () => {
  [calls, tries] = [0, 0];
  server = createServer(SELF_SIGNED, (_request, response) => {
    calls += 1;
    response.writeHead(401).end('{}');
  });
  server.on('connection', () => (tries += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an AddressInfo.
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
});

const client = () =>
  createHttpClient({
    headers: { Authorization: 'Basic secret' },
    timeoutMs: 5000,
    retries: 3,
    limiter: createLimiter({ concurrency: 1, perSecond: null }, pLimit(1), systemClock, () => undefined),
    redact: (text) => text,
    mayWrite: true,
    limitedFor: () => null,
    limitDeadlineMs: 1000,
    random: () => 0,
  });

test.each([
  ['nothing says otherwise', undefined],
  ['Node is told to look away', '0'],
])('a carrier that cannot prove who it is gets nothing, is not tried again, and stops its provider: when %s', async (_when, setting) => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', setting);
  const http = client();
  const signal = new AbortController().signal;

  const read = await http.read({ method: 'GET', url }, signal);
  const sent = await http.send({ method: 'POST', url, body: {} }, signal);

  expect([read, sent]).toEqual(Array(2).fill({ kind: 'not-sent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', isUntrusted: true }));
  expect([calls, tries]).toEqual([0, 2]);
  expect(
    sentOf(sent, http, { service: 'Test', rowClass: 'carrier', parse: () => ({ code: null, message: null }) }, () => null),
  ).toMatchObject({
    kind: 'stop',
    error: {
      code: 'CERTIFICATE_NOT_TRUSTED',
      message: 'Test: its TLS certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS=FILE') as string,
    },
  });
});

test('doctor says what to do about it; NODE_EXTRA_CA_CERTS is heard', { timeout: 60_000 }, async () => {
  const sample = await sampleDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'pond-bulk-tls-'));
  const NODE_EXTRA_CA_CERTS = join(folder, 'ca.pem');
  writeFileSync(NODE_EXTRA_CA_CERTS, SELF_SIGNED.cert);
  // The others are not there: nobody listens on port 1.
  const env = {
    ...carrierEnvironment(1),
    JASPER_BASE_URL: url,
    DATABASE_URL: `sqlite:${sample.path}`,
    POND_BULK_OPERATOR: 'sandbox',
    RETRY_MAX_COUNT: '0',
  };
  const jasper = async (more: Readonly<Record<string, string>> = {}) => {
    const { stdout } = await runCli(['doctor', '--output', 'json'], { env: { ...env, ...more } });
    const { checks } = JSON.parse(stdout) as {
      readonly checks: readonly { readonly name: string; readonly found: string; readonly advice: string }[];
    };
    return checks.find(({ name }) => name === 'Jasper Sandbox');
  };

  const refused = await jasper();
  const callsBefore = calls;
  const trusted = await jasper({ NODE_EXTRA_CA_CERTS });
  rmSync(folder, { recursive: true });
  sample.remove();

  expect(refused?.found).toContain('its TLS certificate is not trusted');
  expect(refused?.advice).toContain('NODE_EXTRA_CA_CERTS=FILE');
  expect(callsBefore).toBe(0);
  expect(trusted?.found).toContain('authentication failed');
});
