import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { combined, sampleData, type SampleData } from '../sample-data.ts';
import { createAccountLimit, type AccountLimit } from './account-limit.ts';
import { answerAdmin } from './admin.ts';
import { simulatedControlCenter } from './control-center.ts';
import { CONTROL_CENTERS } from './accounts.ts';
import { createFaults, type Fault, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { simulatedPond } from './pond.ts';
import { simulatedRevio } from './revio.ts';
import type { SimulatedAnswer, SimulatedCall, SimulatedService } from './service.ts';

/** Everything of a running simulator that its admin calls can look at and change. */
export interface SimulatorState {
  readonly services: Map<string, HostedService>;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** Refuses, and counts as a violation, whatever is no read: for proofs about dry runs. */
  isReadOnly: boolean;
  /** Sample data and carriers as on the first day. */
  reset(): void;
}

/** A service with the server's part: pace and latency. */
export interface HostedService {
  readonly service: SimulatedService;
  readonly limit: AccountLimit;
  latencyMs: number;
}

export interface Simulator {
  readonly port: number;
  readonly state: SimulatorState;
  /** Milliseconds since the epoch of the last call. */
  readonly lastCallAt: number;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Beside the sample data. */
  readonly more?: SampleData;
  /** State of an earlier simulator, by service. */
  readonly saved?: Readonly<Record<string, unknown>>;
  /** Called when an admin call asks it to stop. */
  readonly onStop: () => void;
}

/** A timed-out call is held open for so long, unless the caller goes first. */
const NEVER_MS = 10 * 60_000;
const SLOW_PIECE_MS = 200;

/** Starts simulated carriers and Rev.io on one loopback port. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const state = createState(options);
  let lastCallAt = Date.now();
  const server = createServer((request, response) => {
    lastCallAt = Date.now();
    answer(state, options.onStop, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  return {
    // A listening TCP server has an AddressInfo.
    port: (server.address() as AddressInfo).port,
    state,
    get lastCallAt() {
      return lastCallAt;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createState({ more, saved }: SimulatorOptions): SimulatorState {
  const sample = more === undefined ? sampleData() : combined(sampleData(), more);
  const services = new Map<string, HostedService>();
  const create = (): void => {
    for (const service of [
      simulatedPond(sample),
      simulatedRevio(sample),
      ...CONTROL_CENTERS.map((name) => simulatedControlCenter(name, sample)),
    ]) {
      services.set(service.name, {
        service,
        limit: createAccountLimit(service.limit, Date.now),
        latencyMs: services.get(service.name)?.latencyMs ?? 0,
      });
    }
  };
  create();
  for (const [name, each] of Object.entries(saved ?? {})) services.get(name)?.service.load(each);
  const faults = createFaults();
  const ledger = createLedger(Date.now);
  return {
    services,
    faults,
    ledger,
    isReadOnly: false,
    reset: () => {
      create();
      faults.clear();
      ledger.clear();
    },
  };
}

async function answer(state: SimulatorState, onStop: () => void, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = await bodyOf(request);
  if (url.pathname.startsWith('/_sandbox/')) return send(response, answerAdmin(state, request.method ?? 'GET', url, body, onStop));
  const hosted = [...state.services.values()].find(({ service }) => url.pathname.startsWith(`${service.prefix}/`));
  if (hosted === undefined) return send(response, { status: 404, body: 'no such service' });
  const { service, limit } = hosted;
  const call: SimulatedCall = {
    method: request.method ?? 'GET',
    path: url.pathname.slice(service.prefix.length),
    query: url.searchParams,
    headers: request.headers,
    body,
  };
  const exceeded = limit.begin();
  if (exceeded !== null) {
    state.ledger.violation(`${service.name}: ${exceeded}`);
    state.ledger.add({
      service: service.name,
      method: call.method,
      path: call.path,
      subject: service.subject(call),
      status: service.limited.status,
    });
    return send(response, service.limited);
  }
  try {
    if (hosted.latencyMs > 0) await sleep(hosted.latencyMs);
    await answerCall(state, service, call, response);
  } finally {
    limit.end();
  }
}

async function answerCall(state: SimulatorState, service: SimulatedService, call: SimulatedCall, response: ServerResponse): Promise<void> {
  const subject = service.subject(call);
  const known = {
    service: service.name,
    method: call.method,
    path: call.path,
    subject,
    ...(call.body === undefined ? {} : { body: call.body }),
  };
  if (state.isReadOnly && call.method !== 'GET') {
    state.ledger.violation(`${service.name}: ${call.method} ${call.path} in read-only mode`);
    return send(response, { status: 500, body: 'read-only' });
  }
  const fault = state.faults.strike(service.name, call, subject);
  const handle = (): SimulatedAnswer => {
    const answered = service.refuse(call) ?? service.handle(call);
    const left = service.violations();
    for (const text of left) state.ledger.violation(text);
    return answered;
  };
  if (fault === null) {
    const answered = handle();
    state.ledger.add({ ...known, status: answered.status, ...(answered.effect === undefined ? {} : { effect: answered.effect }) });
    return send(response, answered);
  }
  const happens = ['500-after', 'reset-after', 'timeout-after', 'malformed', 'truncated', 'slow-body'].includes(fault.kind);
  const answered = happens ? handle() : null;
  const effect = answered?.effect === undefined ? {} : { effect: answered.effect };
  if (fault.kind === 'late-effect')
    setTimeout(
      () => state.ledger.add({ ...known, status: null, fault: 'late-effect happened', ...withEffect(handle()) }),
      fault.seconds * 1000,
    );
  const reply = faultyReply(fault, service, answered);
  state.ledger.add({ ...known, status: reply?.status ?? null, fault: fault.kind, ...effect });
  return strike(fault, reply, answered, response);
}

function withEffect({ effect }: SimulatedAnswer): { readonly effect?: string } {
  return effect === undefined ? {} : { effect };
}

/** What a fault answers; null when it answers nothing. */
function faultyReply({ kind, seconds }: Fault, service: SimulatedService, answered: SimulatedAnswer | null): SimulatedAnswer | null {
  switch (kind) {
    case '429':
      return { ...service.limited, headers: { 'Retry-After': String(Math.ceil(seconds)) } };
    case '429-no-retry-after':
      return { ...service.limited, headers: {} };
    case '400':
    case '401':
    case '403':
    case '404':
    case '500':
    case '503':
      return { status: Number(kind), body: { message: `simulated ${kind}`, errorMessage: `simulated ${kind}` } };
    case '500-after':
      return { status: 500, body: { message: 'simulated 500' } };
    case 'malformed':
      return { status: answered?.status ?? 200, body: '<html>not JSON</html>' };
    case 'truncated':
    case 'slow-body':
      return answered;
    case 'reset-before':
    case 'reset-after':
    case 'timeout-before':
    case 'timeout-after':
    case 'late-effect':
      return null;
    default:
      return kind satisfies never;
  }
}

async function strike(
  { kind }: Fault,
  reply: SimulatedAnswer | null,
  answered: SimulatedAnswer | null,
  response: ServerResponse,
): Promise<void> {
  const text = textOf(answered?.body) || '{"padding":"so that there is a body"}';
  if (kind === 'reset-before' || kind === 'reset-after') {
    response.socket?.resetAndDestroy();
  } else if (kind === 'truncated') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.write(text.slice(0, Math.floor(text.length / 2)));
    response.socket?.end();
  } else if (kind === 'slow-body') {
    response.writeHead(answered?.status === 204 ? 200 : (answered?.status ?? 200), { 'Content-Type': 'application/json' });
    for (const piece of [text.slice(0, 5), text.slice(5, 10), text.slice(10)]) {
      response.write(piece);
      await sleep(SLOW_PIECE_MS);
    }
    response.end();
  } else if (reply === null) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await sleep(NEVER_MS, undefined, { signal: gone.signal, ref: false }).catch(() => undefined);
    response.destroy();
  } else {
    send(response, reply);
  }
}

function send(response: ServerResponse, { status, body, headers }: SimulatedAnswer): void {
  const text = textOf(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(status === 204 ? undefined : text);
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The JSON of a request; undefined without a body, null when it is no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'DELETE') return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return null;
  }
}
