import { faultSchema, type Fault } from '../../src/sandbox/simulator/faults.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';
import type { Random } from '../promises/random.ts';

/** What happens to one command of a round. */
export type Fate =
  | { readonly kind: 'peace' }
  /** SIGKILL at its n-th moment between database and HTTP. */
  | { readonly kind: 'killed'; readonly moment: number }
  /** A signal after its n-th event, perhaps a second one after more of them. */
  | { readonly kind: 'signal'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'; readonly events: readonly number[] };

/** How a command on so many devices ends. */
export function fateOf(random: Random, devices: number): Fate {
  const kind = random.pick(['peace', 'killed', 'killed', 'killed', 'signal'] as const);
  if (kind === 'peace') return { kind };
  if (kind === 'killed') return { kind, moment: random.int(1, 14 + devices * 2) };
  const first = random.int(1, 4 + devices * 6);
  const events = random.int(0, 2) === 0 ? [first, first + random.int(1, 10)] : [first];
  return { kind, signal: random.pick(['SIGINT', 'SIGTERM', 'SIGHUP']), events };
}

/** Kinds that say of a read what is not so: nobody can tell them from the truth, so they strike writes only. */
const LIES: readonly Fault['kind'][] = ['400', '404'];
const BILLING = { read: { method: 'GET' }, write: { method: 'POST' } } as const;

/** What goes wrong at these services. */
export function faultsOf(random: Random, services: readonly Fault['service'][]): readonly Fault[] {
  return Array.from({ length: random.int(0, 5) }, () => {
    const service = random.pick(services);
    const { read, write } = UNDER_TEST.find((each) => each.service === service) ?? BILLING;
    const kind = random.pick(faultSchema.shape.kind.options);
    return faultSchema.parse({
      service,
      kind,
      match: LIES.includes(kind) ? write : random.pick([write, write, read, {}]),
      times: random.int(1, 3),
      every: random.int(1, 4),
      // A late effect comes before its settle time is over.
      seconds: random.int(1, 15) / 10,
    });
  });
}
