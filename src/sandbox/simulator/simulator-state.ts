import { combined, type SampleData } from '../sample/data.ts';
import { sampleData } from '../sample-data.ts';
import { createAccountLimit, type AccountLimit } from './account-limit.ts';
import { CONTROL_CENTERS } from './accounts.ts';
import { simulatedControlCenter } from './control-center.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { simulatedPond } from './pond.ts';
import { simulatedRevio } from './revio.ts';
import { simulatedTeal } from './teal.ts';
import { simulatedTelegence } from './telegence.ts';
import type { SimulatedService } from './service.ts';
import { simulatedThingSpace } from './thingspace.ts';

/** Everything of a running simulator that its admin calls can look at and change. */
export interface SimulatorState {
  readonly services: Map<string, HostedService>;
  readonly faults: Faults;
  readonly ledger: Ledger;
  /** Effects of `late-effect` that are still to come. */
  readonly pending: Set<NodeJS.Timeout>;
  /** Refuses, and counts as a violation, whatever is no read: for proofs about dry runs. */
  isReadOnly: boolean;
  /** Grows whenever something may have changed: what a saved state is compared by. */
  revision: number;
  /** Sample data, pace and carriers as on the first day. */
  reset(): void;
}

/** A service with the server's part: pace and latency. */
export interface HostedService {
  readonly service: SimulatedService;
  readonly limit: AccountLimit;
  latencyMs: number;
}

/** The sample data with `more` beside it, or `saved`: what an earlier simulator's services knew. */
export function createSimulatorState(more: SampleData | undefined, saved: Readonly<Record<string, unknown>>): SimulatorState {
  const sample = more === undefined ? sampleData() : combined(sampleData(), more);
  const services = new Map<string, HostedService>();
  const faults = createFaults();
  const ledger = createLedger(Date.now);
  const pending = new Set<NodeJS.Timeout>();

  const create = (): void => {
    const all = [
      simulatedPond(sample),
      simulatedRevio(sample),
      ...CONTROL_CENTERS.map((name) => simulatedControlCenter(name, sample)),
      simulatedThingSpace(sample),
      simulatedTeal(sample),
      simulatedTelegence(sample),
    ];
    for (const service of all) {
      services.set(service.name, { service, limit: createAccountLimit(service.limit, Date.now), latencyMs: 0 });
    }
  };
  create();
  for (const [name, each] of Object.entries(saved)) services.get(name)?.service.load(each);

  const state: SimulatorState = {
    services,
    faults,
    ledger,
    pending,
    isReadOnly: false,
    revision: 0,
    reset: () => {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
      create();
      faults.clear();
      ledger.clear();
      state.isReadOnly = false;
    },
  };
  return state;
}
