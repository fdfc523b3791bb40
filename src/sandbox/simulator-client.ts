import { PondBulkError } from '../domain/errors.ts';
import type { Fault } from './simulator/faults.ts';
import type { LedgerEntry, LedgerSummary } from './simulator/ledger.ts';

/** The admin calls of a running simulator. */
export interface SimulatorClient {
  status(): Promise<unknown>;
  ledger(query: {
    readonly subject?: string | undefined;
    readonly service?: string | undefined;
    readonly limit?: number;
  }): Promise<readonly LedgerEntry[]>;
  summary(): Promise<LedgerSummary>;
  faults(): Promise<readonly Fault[]>;
  addFault(fault: unknown): Promise<readonly Fault[]>;
  clearFaults(): Promise<void>;
  latency(service: string, ms: number): Promise<void>;
  /** How long what a service accepts takes to be done. */
  delay(service: string, ms: number): Promise<void>;
  limits(
    service: string,
    limits: { readonly perSecond?: number | null; readonly concurrency?: number | null; readonly perMinute?: number | null },
  ): Promise<void>;
  readOnly(isOn: boolean): Promise<void>;
  state(): Promise<Readonly<Record<string, unknown>>>;
  load(state: Readonly<Record<string, unknown>>): Promise<void>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** What is wrong with a request, on one line. */
function reasonOf(answer: unknown): string {
  const { message } = answer as { readonly message: string };
  return message
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('✖ ', '')
    .replaceAll('→ ', '');
}

/** Talks to a running simulator's own side: faults, ledger, limits. */
export function simulatorClient(port: number): SimulatorClient {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.status === 400)
      throw new PondBulkError('usage', 'SANDBOX_REFUSED', `The sandbox refused ${method} ${path}: ${reasonOf(answer)}`);
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${JSON.stringify(answer)}`);
    // Our own simulator answers it.
    return answer as T;
  };
  return {
    status: () => call('GET', 'status'),
    ledger: ({ subject, service, limit }) =>
      call(
        'GET',
        `ledger?${new URLSearchParams({ ...(subject === undefined ? {} : { subject }), ...(service === undefined ? {} : { service }), limit: String(limit ?? 50) }).toString()}`,
      ),
    summary: () => call('GET', 'ledger/summary'),
    faults: () => call('GET', 'faults'),
    addFault: (fault) => call('POST', 'faults', fault),
    clearFaults: () => call('DELETE', 'faults'),
    latency: (service, ms) => call('POST', 'latency', { service, ms }),
    delay: (service, ms) => call('POST', 'delay', { service, ms }),
    limits: (service, limits) => call('POST', 'limits', { service, ...limits }),
    readOnly: (readOnly) => call('POST', 'mode', { readOnly }),
    state: () => call('GET', 'state'),
    load: (state) => call('POST', 'state', state),
    reset: () => call('POST', 'reset', {}),
    stop: () => call('POST', 'stop', {}),
  };
}
