import { CARRIERS } from '../../src/carriers/registry.ts';
import { sandboxHere, type Interrupt, type RanHere, type ToldEvent } from '../end-to-end/in-process.ts';
import { killStanding } from '../promises/killed/stand-still.ts';
import { watchPackages } from '../promises/package-watch.ts';
import { miscounted, type Miscount } from './effects.ts';
import { problemsAfterRun, problemsAtEnd } from './invariants.ts';
import type { Fate } from './mishaps.ts';
import type { Act, Round } from './round.ts';
import { rowsOf, savedRuns, watchRows, type SavedRow, type World } from './world.ts';

/** How a round ended. */
export interface Played {
  readonly round: Round;
  readonly deaths: number;
  readonly signals: number;
  readonly struck: readonly { readonly kind: string; readonly service: string }[];
  readonly rows: readonly SavedRow[];
  readonly miscount: Miscount;
  /** What must never be; empty when all is well. */
  readonly problems: readonly string[];
}

/** Calls give up soon; what was done late all the same is waited for longer than it takes. */
const PATIENCE = { ...forAccounts('RATE', '1000'), ...forAccounts('TIMEOUT_SECONDS', '1'), SETTLE_SECONDS: '3' };
/** Without faults only a busy machine is slow. */
const MORE_PATIENCE = forAccounts('TIMEOUT_SECONDS', '20');
/** So often an operator goes on, with nothing in his way, before something is wrong. */
const MOST_GOINGS_ON = 6;
/** What the ledger calls the second part of a late effect. */
const LATER = 'late-effect happened';
/** Nobody has it. */
const UNKNOWN = '8988303009999999999';
const OPEN = ['NOT_STARTED', 'UNKNOWN', 'ACCEPTED'];
const BROKEN = ['FAILED', 'COMPENSATED'];

/** Plays rounds beside one another. Runs that are killed in their n-th command die in one process. */
export async function play(rounds: readonly Round[], sample: string): Promise<readonly Played[]> {
  const worlds = await Promise.all(rounds.map((round) => open(round, sample)));
  const most = Math.max(...rounds.map(({ acts }) => acts.length));
  for (let n = 0; n < most; n += 1) {
    const acting = worlds.flatMap((world) => world.round.acts.slice(n, n + 1).map((act) => ({ world, act })));
    for (const { world, act } of acting) for (const fault of act.faults) world.sandbox.carriers.faults.add(fault);
    await Promise.all([
      kill(acting.filter(({ act }) => act.fate.kind === 'killed')),
      ...acting.filter(({ act }) => act.fate.kind !== 'killed').map(({ world, act }) => run(world, act.command, act.fate)),
    ]);
  }
  return Promise.all(worlds.map(finish));
}

/** The round's sandbox, with its list. */
export async function open(round: Round, sample: string): Promise<World> {
  const sandbox = await sandboxHere(sample);
  const world: World = {
    round,
    sandbox,
    list: sandbox.list(listOf(round)),
    watch: watchPackages({ state: sandbox.carriers }),
    runsBefore: round.change.kind === 'rollback' ? 1 : 0,
    problems: [],
    deaths: 0,
    signals: 0,
  };
  watchRows(sandbox);
  if (round.change.kind === 'rollback') {
    const { code, stderr } = await sandbox.run(['change-rate-plan', '--file', world.list], { env: { ...PATIENCE, ...MORE_PATIENCE } });
    if (code !== 0) world.problems.push(`what is to be rolled back ended with ${code}: ${stderr}`);
    sandbox.carriers.ledger.clear();
  }
  return world;
}

function listOf({ change, devices, hasTwice, hasUnknown }: Round): string {
  const lines = devices.map(({ iccid, plan, planBefore }) => {
    if (change.kind === 'customers') return iccid;
    return `${iccid},${change.kind === 'rollback' ? planBefore : plan}`;
  });
  const header = change.kind === 'customers' ? 'iccid' : 'iccid,plan';
  return [header, ...lines, ...(hasTwice ? lines.slice(0, 1) : []), ...(hasUnknown ? [UNKNOWN] : []), ''].join('\n');
}

/** The change itself as long as nothing of it was saved, then what the act says. */
function argsOf(world: World, command: Act['command']): readonly string[] {
  const {
    round: { change, options },
    sandbox,
    list,
    runsBefore,
  } = world;
  // What was not started is resumed before anything is done again.
  const isOpen = rowsOf(world).some(({ status }) => status === 'NOT_STARTED');
  if (command !== 'change' && savedRuns(sandbox) > runsBefore) return [command === 'retry' && isOpen ? 'resume' : command, 'last'];
  if (change.kind === 'rollback') return ['rollback', 'last', ...options];
  return change.kind === 'customers'
    ? ['assign-customer', '--file', list, ...change.options, ...options]
    : ['change-rate-plan', '--file', list, ...options];
}

function forAccounts(setting: string, value: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...CARRIERS.map(({ prefix }) => prefix), 'REVIO'].map((prefix) => [`${prefix}_${setting}`, value]));
}

const envOf = ({ round: { env } }: World): Readonly<Record<string, string>> => ({ ...PATIENCE, ...env });

/** All in one process, which dies when the last of them stands at its moment. */
async function kill(dying: readonly { readonly world: World; readonly act: Act }[]): Promise<void> {
  const stood = await killStanding(
    dying.map(({ world, act: { command, fate } }) => ({
      args: [...argsOf(world, command), '--yes', '--output', 'jsonl'],
      env: { ...world.sandbox.environment, ...envOf(world) },
      strike: { point: null, n: fate.kind === 'killed' ? fate.moment : 1 },
    })),
  );
  for (const [index, { world }] of dying.entries()) if (stood[index] === true) world.deaths += 1;
}

/** Runs one of its commands in this process, and notes what is wrong afterwards. */
export async function run(world: World, command: Act['command'], fate: Fate = { kind: 'peace' }, env = envOf(world)): Promise<RanHere> {
  const args = argsOf(world, command);
  const signalled = signaller(world, fate);
  const ran = await world.sandbox.run(args, { env, onEvent: signalled.onEvent });
  world.problems.push(...problemsAfterRun(world, ran, signalled.sent).map((text) => `${args[0]}: ${text}`));
  return ran;
}

function signaller(world: World, fate: Fate) {
  const sent: NodeJS.Signals[] = [];
  let events = 0;
  const onEvent = (_event: ToldEvent, interrupt: Interrupt): void => {
    events += 1;
    if (fate.kind !== 'signal' || !fate.events.includes(events)) return;
    sent.push(fate.signal);
    world.signals += 1;
    interrupt(fate.signal);
  };
  return { sent, onEvent };
}

/** The faults are over: goes on as an operator would until nothing is open and nothing failed, then looks at everything. */
async function finish(world: World): Promise<Played> {
  const { sandbox, round, problems, deaths, signals } = world;
  const struck = sandbox.carriers.ledger
    .entries({ limit: Infinity })
    .flatMap(({ fault, service }) => (fault === undefined || fault === LATER ? [] : [{ kind: fault, service }]));
  sandbox.carriers.faults.clear();
  const has = (statuses: readonly string[]): boolean => rowsOf(world).some(({ status }) => statuses.includes(status));
  const goOn = (command: Act['command']): Promise<RanHere> => run(world, command, { kind: 'peace' }, { ...envOf(world), ...MORE_PATIENCE });
  await goOn('resume');
  for (let n = 1; n < MOST_GOINGS_ON && has([...OPEN, ...BROKEN]); n += 1) await goOn(has(OPEN) ? 'resume' : 'retry');
  const reconciled = await goOn('reconcile');
  problems.push(...problemsAtEnd(world, reconciled));
  const rows = rowsOf(world);
  await sandbox.remove();
  return { round, deaths, signals, struck, rows, miscount: miscounted(world, rows), problems };
}
