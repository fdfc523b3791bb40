import type { TestContext } from 'vitest';

import { revio } from '../../../src/billing/revio/revio.ts';
import { assignCustomer } from '../../../src/changes/assign-customer.ts';
import { createConnections } from '../../../src/connections.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { HttpReply } from '../../../src/domain/http.ts';
import type { RowError } from '../../../src/domain/result.ts';
import { createBatches } from '../../../src/run/batches.ts';
import type { JournalEntry } from '../../../src/run/journal.ts';
import { runDevice, type RowVerdict } from '../../../src/run/run-device.ts';
import { carrierEnvironment } from '../../../src/sandbox/simulator/accounts.ts';
import { faultSchema, type Fault } from '../../../src/sandbox/simulator/faults.ts';
import { linesSchema, type Product, type Service } from '../../../src/sandbox/simulator/revio-lines.ts';
import { startSimulator } from '../../../src/sandbox/simulator/simulator.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { assignment, CUSTOMER, OTHER_CUSTOMER, type Ordered } from './order.ts';

const PROCEDURE_REFUSED: RowError = {
  code: 'PROCEDURE_FAILED',
  class: 'database',
  retryable: false,
  http: null,
  message: 'not now',
  hint: null,
};

/** What Rev.io has at first. */
export interface WorldOptions {
  readonly services?: readonly Service[];
  readonly products?: readonly Product[];
  /** Answers an order in Rev.io's place; null lets it through. */
  readonly onOrder?: (n: number) => HttpReply | null;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The name of a query that no Rev.io knows. */
export const UNKNOWN_QUERY = 'search.unheard_of';

/** An installation that passes over a query it does not know, and answers with every line. */
function withoutUnknownQuery(url: string): string {
  const asked = new URL(url);
  asked.searchParams.delete(UNKNOWN_QUERY);
  return asked.href;
}

/** One device's assignments with a service line, run by the real engine on simulated Rev.io over loopback HTTP. */
export async function revioWorld(
  { onTestFinished }: TestContext,
  { services = [], products = [], onOrder = () => null, settings = {} }: WorldOptions = {},
) {
  const simulator = await startSimulator({ port: 0, onStop: () => undefined });
  onTestFinished(() => simulator.stop());
  const { ledger, faults } = simulator.state;
  const service = simulator.state.services.get('revio')?.service;
  service?.load({ customers: [CUSTOMER, OTHER_CUSTOMER], services, products, nextId: 100 });
  let orders = 0;
  const connections = createConnections({
    clock: systemClock,
    redact: (text) => text,
    mayWrite: true,
    maxParallelRequests: 10,
    retries: 0,
    onThrottle: () => undefined,
    knownPackages: async () => [],
    sharing: null,
    wrap: (http) => ({
      ...http,
      read: (call, signal) => http.read({ ...call, url: withoutUnknownQuery(call.url) }, signal),
      send: async (call, signal) => onOrder((orders += 1)) ?? http.send(call, signal),
    }),
  });
  const account = Object.entries(carrierEnvironment(simulator.port)).map(([name, value]) => [name.replace('REVIO_', ''), value]);
  const billing = connections.billing(revio, {
    settings: { ...(Object.fromEntries(account) as Record<string, string>), NUMBER_QUERY: 'search.number', ...settings },
    pace: { concurrency: 4, perSecond: null },
    timeoutMs: 5000,
    batchSize: 1,
    deadlineMs: 1000,
  });
  const disk: JournalEntry[] = [];
  const calls = () => ledger.entries({ service: 'revio', limit: 1000 });
  const postsTo = (path: string) => calls().flatMap((call) => (call.method === 'POST' && call.path === path ? [call.body] : []));
  const lines = () => linesSchema.parse(service?.state());

  return {
    billing,
    calls,
    /** Bodies of the orders of lines, in order. */
    serviceOrders: () => postsTo('/v1/Services'),
    productOrders: () => postsTo('/v1/ServiceProduct'),
    lines,
    /** Puts these lines in the place of those that Rev.io has. */
    setServices: (now: readonly Service[]) => service?.load({ ...lines(), services: now }),
    strike: (kind: Fault['kind'], match: Fault['match'], times = 1) =>
      faults.add(faultSchema.parse({ service: 'revio', kind, match, times })),
    /** One attempt of the row; a later one knows the journal of those before. */
    assign: (ordered: Ordered = {}, attempt = 1): Promise<RowVerdict> =>
      runDevice(
        (steps) =>
          assignCustomer(assignment(ordered), steps, {
            billing,
            changePlan: () => Promise.reject(new Error('no carrier plan is wanted')),
            isWaiting: () => Promise.resolve(true),
            byProcedure: ordered.failsAfterwards === true,
          }),
        {
          rowId: '1',
          attempt,
          past: [...disk],
          audited: disk.length,
          journal: { add: async (entry) => void disk.push(entry), flush: async () => undefined },
          batches: createBatches(),
          clock: createFakeClock(),
          settleMs: 30_000,
          callProcedure: async ({ procedure }, entry) => ({
            ...entry,
            data: { kind: 'answer', ended: 'refused', error: PROCEDURE_REFUSED, audit: procedure, request: procedure, response: '' },
          }),
          tell: () => undefined,
          signal: new AbortController().signal,
        },
      ),
  };
}
