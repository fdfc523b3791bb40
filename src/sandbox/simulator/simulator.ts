import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { SampleData } from '../sample/data.ts';
import { answerAdmin } from './admin.ts';
import { faultyReply, happensFirst, sendFaulty } from './faulty-reply.ts';
import { bodyOf, send } from './reply.ts';
import type { SimulatedAnswer, SimulatedCall, SimulatedService } from './service.ts';
import { createSimulatorState, type SimulatorState } from './simulator-state.ts';

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
  /** State of an earlier simulator, by service. Throws a ZodError when it is damaged. */
  readonly saved?: Readonly<Record<string, unknown>>;
  /** Called when an admin call asks it to stop. */
  readonly onStop: () => void;
}

/** Starts simulated carriers and Rev.io on one loopback port. */
export async function startSimulator({ port, more, saved = {}, onStop }: SimulatorOptions): Promise<Simulator> {
  const state = createSimulatorState(more, saved);
  let lastCallAt = Date.now();
  const server = createServer((request, response) => {
    lastCallAt = Date.now();
    answer(state, onStop, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
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
        for (const timer of state.pending) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(state: SimulatorState, onStop: () => void, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const method = request.method ?? 'GET';
  const body = await bodyOf(request);
  if (method !== 'GET') state.revision += 1;
  if (url.pathname.startsWith('/_sandbox/')) return send(response, answerAdmin(state, method, url, body, onStop));
  const hosted = [...state.services.values()].find(({ service }) => url.pathname.startsWith(`${service.prefix}/`));
  if (hosted === undefined) return send(response, { status: 404, body: 'no such service' });
  const { service, limit } = hosted;
  const call: SimulatedCall = {
    method,
    path: url.pathname.slice(service.prefix.length),
    query: url.searchParams,
    headers: request.headers,
    body,
  };
  const exceeded = limit.begin();
  if (exceeded !== null) {
    const limited = service.limited(Math.ceil(exceeded.waitMs / 1000));
    state.ledger.violation(`${service.name}: ${exceeded.text}`);
    state.ledger.add({ ...entryOf(service, call, service.subject(call)), status: limited.status });
    return send(response, limited);
  }
  try {
    if (hosted.latencyMs > 0) await sleep(hosted.latencyMs);
    await answerCall(state, service, call, response);
  } finally {
    limit.end();
  }
}

async function answerCall(state: SimulatorState, service: SimulatedService, call: SimulatedCall, response: ServerResponse): Promise<void> {
  const { ledger } = state;
  const subject = service.subject(call);
  const known = entryOf(service, call, subject);
  if (state.isReadOnly && !(service.isRead?.(call) ?? call.method === 'GET')) {
    ledger.violation(`${service.name}: ${call.method} ${call.path} in read-only mode`);
    ledger.add({ ...known, status: 500 });
    return send(response, { status: 500, body: 'read-only' });
  }
  const handle = (): SimulatedAnswer => {
    const answered = service.refuse(call) ?? service.handle(call);
    for (const text of service.violations()) ledger.violation(text);
    return answered;
  };
  const fault = state.faults.strike(service.name, call, subject);
  if (fault === null) {
    const answered = handle();
    ledger.add({ ...known, status: answered.status, ...effectOf(answered) });
    return send(response, answered);
  }
  const answered = happensFirst(fault.kind) ? handle() : null;
  const reply = faultyReply(fault, service, answered);
  ledger.add({ ...known, status: reply?.status ?? null, fault: fault.kind, ...effectOf(answered) });
  if (fault.kind === 'late-effect') {
    const timer = setTimeout(() => {
      state.pending.delete(timer);
      state.revision += 1;
      ledger.add({ ...known, status: null, fault: 'late-effect happened', ...effectOf(handle()) });
    }, fault.seconds * 1000);
    state.pending.add(timer);
  }
  return sendFaulty(fault, reply, response);
}

function entryOf({ name }: SimulatedService, { method, path, body }: SimulatedCall, subject: string) {
  return { service: name, method, path, subject, ...(body === undefined ? {} : { body }) };
}

function effectOf(answered: SimulatedAnswer | null): { readonly effect?: string } {
  return answered?.effect === undefined ? {} : { effect: answered.effect };
}
