import { afterEach } from 'vitest';

import { controlCenterKey, POND_ACCOUNT, REVIO_ACCOUNT, TEAL_ACCOUNT, TELEGENCE_ACCOUNT } from '../../../src/sandbox/simulator/accounts.ts';
import { basic } from '../../../src/sandbox/simulator/service.ts';
import { startSimulator } from '../../../src/sandbox/simulator/simulator.ts';
import { simulatorClient, type SimulatorClient } from '../../../src/sandbox/simulator-client.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed where it is JSON; null for an empty body. */
  readonly body: unknown;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Beside those of the account, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** A simulator of one test, and how its services are called with the right credentials. */
export interface Services {
  readonly client: SimulatorClient;
  /** Paths behind the distributor id. */
  readonly pond: Call;
  readonly jasper: Call;
  readonly rogers: Call;
  /** Logged in by the headers that the test gives. */
  readonly thingspace: Call;
  readonly revio: Call;
  readonly teal: Call;
  /** Paths behind `…/service/`. */
  readonly telegence: Call;
  readonly url: string;
  /** Without credentials, from the root. */
  readonly raw: Call;
  readonly stopAsked: () => boolean;
}

const POND_PATH = '/pond/ds/u/distributorPPUService/v1';

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** Ends with the test. */
export async function startServices(): Promise<Services> {
  let asked = false;
  const simulator = await startSimulator({
    port: 0,
    onStop: () => {
      asked = true;
    },
  });
  running.push(() => simulator.stop());
  const calls = (prefix: string, headers: Readonly<Record<string, string>>): Call =>
    callerOf(`http://127.0.0.1:${simulator.port}${prefix}`, headers);
  const { username, clientCode, password, subscriptionKey } = REVIO_ACCOUNT;
  return {
    client: simulatorClient(simulator.port),
    pond: calls(`${POND_PATH}/${POND_ACCOUNT.distributorId}`, {
      ApiKey: POND_ACCOUNT.apiKey,
      Authorization: basic(POND_ACCOUNT.username, POND_ACCOUNT.password),
    }),
    jasper: calls('/jasper/rws/api/v1', { Authorization: basic('sandbox', controlCenterKey('jasper')) }),
    rogers: calls('/rogers/rws/api/v1', { Authorization: basic('sandbox', controlCenterKey('rogers')) }),
    thingspace: calls('/thingspace/api', {}),
    revio: calls('/revio/v1', {
      Authorization: basic(`${username}@${clientCode}`, password),
      'Ocp-Apim-Subscription-Key': subscriptionKey,
    }),
    teal: calls('/teal/api/v1', { ApiKey: TEAL_ACCOUNT.apiKey, ApiSecret: TEAL_ACCOUNT.apiSecret }),
    telegence: calls('/telegence/sp/mobility/lineconfig/api/v1/service', {
      'app-id': TELEGENCE_ACCOUNT.appId,
      'app-secret': TELEGENCE_ACCOUNT.appSecret,
    }),
    url: `http://127.0.0.1:${simulator.port}`,
    raw: calls('', {}),
    stopAsked: () => asked,
  };
}

/** Calls below an address with these headers. */
export function callerOf(base: string, headers: Readonly<Record<string, string>>): Call {
  return (method, path, options = {}) => call(`${base}${path}`, method, { ...options, headers: { ...headers, ...options.headers } });
}

async function call(url: string, method: string, { body, headers = {}, signal }: CallOptions): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
    // A text is sent as it is: for bodies that are no JSON.
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === '' ? null : parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Package {
  readonly packageId: string;
  readonly simIccid: string;
  readonly packageTypeId: number;
  readonly status: string;
}

/** All packages of a SIM, as POND has them. */
export async function packagesOf(pond: Call, iccid: string): Promise<readonly Package[]> {
  const { body } = await pond('GET', `/sim/${iccid}/package/infos?count=100`);
  // The simulator's own answer.
  return (body as { readonly elements: readonly Package[] }).elements;
}

/** The SIM of the n-th device (from 1) of the sample POND fleet, by the 19 digits of POND. */
export function sim(n: number): string {
  return `8988303000${String(n).padStart(9, '0')}`;
}
