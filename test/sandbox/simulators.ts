import { afterEach } from 'vitest';

import type { SampleData } from '../../src/sandbox/sample/data.ts';
import { controlCenterKey, POND_ACCOUNT, REVIO_ACCOUNT } from '../../src/sandbox/simulator/accounts.ts';
import { basic } from '../../src/sandbox/simulator/service.ts';
import { startSimulator } from '../../src/sandbox/simulator/simulator.ts';
import { simulatorClient, type SimulatorClient } from '../../src/sandbox/simulator-client.ts';

/** What came back; `body` is parsed where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Call = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answered>;

/** A simulator of one test, and callers that know its credentials. */
export interface TestSimulator {
  readonly host: string;
  readonly client: SimulatorClient;
  /** Paths behind the distributor id. */
  readonly pond: Call;
  readonly jasper: Call;
  readonly revio: Call;
}

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** Ends with the test. */
export async function testSimulator(more?: SampleData): Promise<TestSimulator> {
  const simulator = await startSimulator({ port: 0, onStop: () => undefined, ...(more === undefined ? {} : { more }) });
  running.push(() => simulator.stop());
  const host = `http://127.0.0.1:${simulator.port}`;
  const { username, clientCode, password, subscriptionKey } = REVIO_ACCOUNT;
  return {
    host,
    client: simulatorClient(simulator.port),
    pond: caller(`${host}/pond/ds/u/distributorPPUService/v1/${POND_ACCOUNT.distributorId}`, {
      ApiKey: POND_ACCOUNT.apiKey,
      Authorization: basic(POND_ACCOUNT.username, POND_ACCOUNT.password),
    }),
    jasper: caller(`${host}/jasper/rws/api/v1`, { Authorization: basic('sandbox', controlCenterKey('jasper')) }),
    revio: caller(`${host}/revio/v1`, {
      Authorization: basic(`${username}@${clientCode}`, password),
      'Ocp-Apim-Subscription-Key': subscriptionKey,
    }),
  };
}

/** Far longer than any answer takes; calls that are never answered cost so much. */
const GIVE_UP_MS = 2000;

/** Headers of a call replace those of the account. */
export function caller(base: string, account: Readonly<Record<string, string>>): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...account, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The SIM of the n-th device (from 1) of the sample POND fleet, as POND knows it. */
export function sim(n: number): string {
  return `8988303000${String(n).padStart(9, '0')}`;
}
