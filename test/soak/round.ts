import type { Fault } from '../../src/sandbox/simulator/faults.ts';
import { ebonding } from '../carriers/ebonding.ts';
import { pond } from '../carriers/pond.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';
import { pondIccid } from '../end-to-end/cli.ts';
import { randomOf, type Random } from '../promises/random.ts';
import { fateOf, faultsOf, type Fate } from './mishaps.ts';

/** One device of a round, and how it shall end. */
export interface Wanted {
  readonly iccid: string;
  readonly integration: string;
  /** Its carrier plan before the round's command. */
  readonly planBefore: string;
  /** Its carrier plan afterwards. */
  readonly plan: string;
}

/** One command of a round: the first is the change itself. */
export interface Act {
  readonly command: 'change' | 'resume' | 'retry' | 'reconcile';
  readonly fate: Fate;
  /** Switched on before it. */
  readonly faults: readonly Fault[];
}

/** What is changed: plans of any carriers, customers of POND devices, or plans back again. */
export type Change =
  | { readonly kind: 'plans' }
  | { readonly kind: 'rollback' }
  /** `lines` and `products` are what billing has more of for each device. */
  | {
      readonly kind: 'customers';
      readonly options: readonly string[];
      readonly account: string | null;
      readonly lines: number;
      readonly products: number;
    };

/** Everything that is random about a round; all of it comes again with its seed, but for what runs at the same time. */
export interface Round {
  readonly seed: number;
  readonly change: Change;
  readonly devices: readonly Wanted[];
  /** An ICCID that nobody knows; a line that is there twice. */
  readonly hasUnknown: boolean;
  readonly hasTwice: boolean;
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly acts: readonly Act[];
}

const MOST_DEVICES = 12;
const SERVICE = ['--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12'];

const CUSTOMERS: readonly (Change & { readonly kind: 'customers' })[] = [
  { kind: 'customers', options: ['--site', 'Depot North'], account: null, lines: 0, products: 0 },
  { kind: 'customers', options: ['--customer', '4712', '--customer-rate-plan', 'CRP-SMALL'], account: '4712', lines: 0, products: 0 },
  { kind: 'customers', options: [...SERVICE, '--package', '7'], account: '4712', lines: 1, products: 0 },
  { kind: 'customers', options: [...SERVICE, '--product', '501:4.99', '--product', '502:1'], account: '4712', lines: 1, products: 2 },
];

/** A carrier plan afterwards: what fails then leaves the customer assigned. */
const WITH_PLAN = ['--carrier-rate-plan', 'POND-10GB'];

/** Three devices of every integration, and more of POND. */
const FLEET: readonly Wanted[] = [...UNDER_TEST, ebonding].flatMap(({ integration, devices, planBefore, plan }) =>
  (integration === pond.integration ? Array.from({ length: 9 }, (_, n) => pondIccid(n + 1)) : devices).map((iccid) => ({
    iccid,
    integration,
    planBefore,
    plan,
  })),
);

/** Devices without a line at billing. */
const CUSTOMERLESS = Array.from({ length: 9 }, (_, n) => pondIccid(n + 31));

/** The round of a seed. */
export function roundOf(seed: number): Round {
  const random = randomOf(seed);
  const change = random.pick<Change>([{ kind: 'plans' }, { kind: 'plans' }, { kind: 'rollback' }, random.pick(CUSTOMERS)]);
  const withPlan = change.kind === 'customers' && change.account !== null && random.int(0, 1) === 1;
  const devices = change.kind === 'customers' ? customersOf(random, withPlan) : plansOf(random, change.kind === 'rollback');
  const services = servicesOf(devices, change, withPlan);
  return {
    seed,
    change: withPlan ? { ...change, options: [...change.options, ...WITH_PLAN] } : change,
    devices,
    hasUnknown: change.kind !== 'rollback' && random.int(0, 3) === 0,
    hasTwice: change.kind !== 'rollback' && random.int(0, 3) === 0,
    options: optionsOf(random),
    env: { PAGE_SIZE: String(random.pick([1, 3, 100])), RETRY_MAX_COUNT: String(random.int(0, 2)) },
    acts: Array.from({ length: random.int(1, 4) }, (_, n) => ({
      command: n === 0 ? ('change' as const) : random.pick(['resume', 'resume', 'resume', 'retry', 'reconcile'] as const),
      fate: fateOf(random, devices.length),
      faults: services.length === 0 ? [] : faultsOf(random, services),
    })),
  };
}

function plansOf(random: Random, isBack: boolean): readonly Wanted[] {
  const carriers = random.sample([...new Set(FLEET.map(({ integration }) => integration))], random.int(1, 9));
  const there = FLEET.filter(({ integration }) => carriers.includes(integration));
  const devices = random.sample(there, random.int(1, Math.min(MOST_DEVICES, there.length)));
  return isBack ? devices.map((each) => ({ ...each, planBefore: each.plan, plan: each.planBefore })) : devices;
}

function customersOf(random: Random, withPlan: boolean): readonly Wanted[] {
  const plan = withPlan ? 'POND-10GB' : pond.planBefore;
  const { integration, planBefore } = pond;
  return random.sample(CUSTOMERLESS, random.int(1, CUSTOMERLESS.length)).map((iccid): Wanted => ({ iccid, integration, planBefore, plan }));
}

/** The simulated services that the round calls. */
function servicesOf(devices: readonly Wanted[], change: Change, withPlan: boolean): readonly Fault['service'][] {
  if (change.kind === 'customers') return [...(change.lines > 0 ? ['revio' as const] : []), ...(withPlan ? ['pond' as const] : [])];
  return UNDER_TEST.filter(({ integration }) => devices.some((each) => each.integration === integration)).map(({ service }) => service);
}

function optionsOf(random: Random): readonly string[] {
  const waves = random.pick([[], [], [], ['--waves', '1,50%,100%'], ['--waves', '3,100%']]);
  const gate = random.pick([[], [], [], ['--abort-after', '2'], ['--abort-same-error', '2'], ['--abort-rate', '50/2']]);
  const pace = random.pick([[], [], ['--concurrency', '1'], ['--concurrency', '3']]);
  return [...waves, ...gate, ...pace];
}
