import { POND_ACCOUNT, REVIO_ACCOUNT, controlCenterKey } from '../../src/sandbox/simulator/accounts.ts';
import { basic } from '../../src/sandbox/simulator/service.ts';
import { startSimulator } from '../../src/sandbox/simulator/simulator.ts';
import { simulatorClient, type SimulatorClient } from '../../src/sandbox/simulator-client.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed JSON; null for an empty body. */
  readonly body: unknown;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** A simulator of one test, and how its services are called with the right credentials. */
export interface Services {
  readonly client: SimulatorClient;
  readonly pond: Call;
  readonly jasper: Call;
  readonly revio: Call;
  /** Without credentials, from the root. */
  readonly raw: Call;
  readonly stopAsked: () => boolean;
  stop(): Promise<void>;
}

export const POND_HEADERS = { ApiKey: POND_ACCOUNT.apiKey, Authorization: basic(POND_ACCOUNT.username, POND_ACCOUNT.password) };
const REVIO_HEADERS = {
  Authorization: basic(`${REVIO_ACCOUNT.username}@${REVIO_ACCOUNT.clientCode}`, REVIO_ACCOUNT.password),
  'Ocp-Apim-Subscription-Key': REVIO_ACCOUNT.subscriptionKey,
};

export const POND_PATH = '/pond/ds/u/distributorPPUService/v1';

export async function startServices(): Promise<Services> {
  let asked = false;
  const simulator = await startSimulator({
    port: 0,
    onStop: () => {
      asked = true;
    },
  });
  const calls = (prefix: string, headers: Readonly<Record<string, string>>): Call => {
    return (method, path, options = {}) =>
      call(`http://127.0.0.1:${simulator.port}${prefix}${path}`, method, { ...options, headers: { ...headers, ...options.headers } });
  };
  return {
    client: simulatorClient(simulator.port),
    pond: calls(`${POND_PATH}/${POND_ACCOUNT.distributorId}`, POND_HEADERS),
    jasper: calls('/jasper/rws/api/v1', { Authorization: basic('sandbox', controlCenterKey('jasper')) }),
    revio: calls('/revio', REVIO_HEADERS),
    raw: calls('', {}),
    stopAsked: () => asked,
    stop: () => simulator.stop(),
  };
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

/** SIMs of the sample fleet, by the 19 digits of POND. */
export const POND_SIM = '8988303000000000001';
/** With two active packages. */
export const TWO_PACKAGES = '8988303000000000046';
/** With no package. */
export const NO_PACKAGE = '8988303000000000047';
