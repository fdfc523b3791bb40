import type { Point } from '../../../src/probe/probe.ts';
import { sandboxHere, type SandboxHere } from '../../end-to-end/in-process.ts';
import type { Scenario } from './scenarios.ts';
import { QUICK } from './commands.ts';
import { killStanding, type Strike } from './stand-still.ts';
import { differences, worldState } from './world-state.ts';

export interface Settings {
  /** Path of a sample database. */
  readonly sample: string;
  /** When the test began. */
  readonly since: number;
}

/** A scenario as it goes without a death. */
export interface Unbroken {
  readonly scenario: Scenario;
  readonly moments: readonly (readonly Point[])[];
  readonly left: readonly string[];
  readonly runsBefore: number;
}

/** One death, or two: of the run, then of the resume after it. */
export interface Case {
  readonly unbroken: Unbroken;
  readonly strikes: readonly Strike[];
}

/** How a case ended. */
export interface Ended {
  readonly scenario: string;
  readonly name: string;
  readonly deaths: number;
  readonly exitCode: number;
  readonly stderr: string;
  /** From what the unbroken run left. */
  readonly differences: readonly string[];
}

/** Runs a scenario in peace, and notes its moments. */
export async function unbroken(scenario: Scenario, { sample, since }: Settings): Promise<Unbroken> {
  const sandbox = await open(scenario, sample);
  const runsBefore = savedRuns(sandbox);
  const moments: (readonly Point[])[] = [];
  const ran = await sandbox.run(scenario.args(sandbox), { env: QUICK, probe: (moment) => void moments.push(moment) });
  if (ran.code !== scenario.exitCode) throw new Error(`${scenario.name}, unbroken, ended with ${ran.code}: ${ran.stderr}`);
  const left = worldState(sandbox, since);
  await sandbox.remove();
  return { scenario, moments, left, runsBefore };
}

/** Each case in a sandbox of its own; those that die at the same time die in one process. */
export async function play(cases: readonly Case[], { sample, since }: Settings): Promise<readonly Ended[]> {
  const worlds = await Promise.all(
    cases.map(async (each) => ({ ...each, sandbox: await open(each.unbroken.scenario, sample), deaths: 0 })),
  );
  for (const round of [0, 1]) {
    const dying = worlds.flatMap((world) => (world.strikes[round] === undefined ? [] : [{ world, strike: world.strikes[round] }]));
    const stood = await killStanding(
      dying.map(
        ({
          world: {
            unbroken: { scenario, runsBefore },
            sandbox,
          },
          strike,
        }) => ({
          args: [...(round === 0 ? scenario.args(sandbox) : goingOn(scenario, sandbox, runsBefore)), '--yes', '--output', 'jsonl'],
          env: { ...sandbox.environment, ...QUICK },
          strike,
        }),
      ),
    );
    for (const [index, { world }] of dying.entries()) if (stood[index] === true) world.deaths += 1;
  }
  return Promise.all(
    worlds.map(async ({ unbroken: { scenario, left, runsBefore }, strikes, sandbox, deaths }) => {
      const { code, stderr } = await sandbox.run(goingOn(scenario, sandbox, runsBefore), { env: QUICK });
      const found = differences(left, worldState(sandbox, since));
      await sandbox.remove();
      const name = strikes.map(({ point, n }) => (point === null ? `then moment ${n} of the resume` : `${point}:${n}`)).join(', ');
      return { scenario: scenario.name, name, deaths, exitCode: code, stderr, differences: found };
    }),
  );
}

function goingOn({ after, args }: Scenario, sandbox: SandboxHere, runsBefore: number): readonly string[] {
  const isResumed = after === 'resume' ? savedRuns(sandbox) > runsBefore : after === 'resume or again' && openRows(sandbox) > 0;
  return isResumed ? ['resume', 'last'] : args(sandbox);
}

async function open({ setUp }: Scenario, sample: string): Promise<SandboxHere> {
  const sandbox = await sandboxHere(sample);
  await setUp?.((args) => sandbox.run(args, { env: QUICK }), sandbox);
  return sandbox;
}

function openRows({ query }: SandboxHere): number {
  return (
    query<{ n: number }>(`SELECT COUNT(*) AS n FROM pondbulk_change_row WHERE status IN ('NOT_STARTED', 'UNKNOWN', 'ACCEPTED')`)[0]?.n ?? 0
  );
}

function savedRuns({ query }: SandboxHere): number {
  return query<{ n: number }>('SELECT COUNT(*) AS n FROM pondbulk_run WHERE saved = 1')[0]?.n ?? 0;
}
