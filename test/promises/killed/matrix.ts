import type { Deed } from '../../../src/probe/probe.ts';
import { play, unbroken, type Ended, type Settings, type Unbroken } from './play.ts';
import type { Scenario } from './scenarios.ts';
import type { Strike } from './stand-still.ts';

/**
 * `POND_BULK_TEST_KILLS=full` strikes every moment of every scenario, and then every moment of every resume. Else: the
 * moments after each deed (before the next one the world is the same), then one moment of every fourth resume.
 */
export const IS_FULL = process.env['POND_BULK_TEST_KILLS'] === 'full';
const EVERY_NTH_RESUME = 4;
/** Runs that stand in one process when it is killed: a process costs as much as ten of them. */
const TOGETHER = 60;

/** Deeds that no scenario does: where they are killed instead, or why they need not be. */
export const ELSEWHERE: ReadonlyMap<Deed, string> = new Map<Deed, string>([
  ['activate', 'a list of thousands of rows: test/promises/p1-saved-in-parts.test.ts'],
  ['leftovers', 'the same'],
  ['release', 'rows that were claimed and not begun: the same as a death after the claim'],
  ['unwritten', 'a note for people, that no later run reads: test/end-to-end/unwritten.test.ts'],
  ['waiting', 'a procedure that is called once for all: test/end-to-end/procedures.test.ts, on SQL Server'],
]);

export interface Matrix {
  readonly ended: readonly Ended[];
  /** Deeds that runs died before or after. */
  readonly struck: ReadonlySet<Deed>;
  readonly moments: number;
  readonly momentsStruck: number;
}

/** Kills each scenario at its moments, lets each be resumed, and compares what they leave with unbroken runs. */
export async function killAll(scenarios: readonly Scenario[], settings: Settings): Promise<Matrix> {
  const whole = await inParts(scenarios, (part) => Promise.all(part.map((scenario) => unbroken(scenario, settings))));
  const single = whole.flatMap((each) => strikesOf(each).map((strike) => ({ unbroken: each, strikes: [strike] })));
  const twice = single.flatMap((each, index) =>
    secondsOf(each.unbroken, index).map((n) => ({ ...each, strikes: [...each.strikes, { point: null, n }] })),
  );
  const ended = await inParts([...single, ...twice], (part) => play(part, settings));
  const names = single.flatMap(({ unbroken: { moments }, strikes }) =>
    moments.filter((moment) => moment.some(({ name }) => name === strikes[0]?.point)).flat(),
  );
  return {
    ended,
    struck: new Set(names.map(({ name }) => name.replace(/^(before|after) /, '') as Deed)),
    moments: whole.reduce((sum, { moments }) => sum + moments.length, 0),
    momentsStruck: single.length,
  };
}

/** At the last point of each moment, counted by name. */
function strikesOf({ moments }: Unbroken): readonly Strike[] {
  const counts = new Map<string, number>();
  return moments.flatMap((moment, index) => {
    for (const { name } of moment) counts.set(name, (counts.get(name) ?? 0) + 1);
    const last = moment.at(-1);
    if (last === undefined || !(IS_FULL || index === 0 || last.name.startsWith('after'))) return [];
    return [{ point: last.name, n: counts.get(last.name) ?? 0 }];
  });
}

/** Moments of the resume; one that it does not have is never reached, and the resume ends. */
function secondsOf({ moments }: Unbroken, index: number): readonly number[] {
  if (IS_FULL) return moments.map((_moment, n) => n + 1);
  return index % EVERY_NTH_RESUME === 0 ? [1 + ((index * 5) % Math.ceil(moments.length / 2))] : [];
}

async function inParts<T, R>(items: readonly T[], act: (part: readonly T[]) => Promise<readonly R[]>): Promise<readonly R[]> {
  const done: R[] = [];
  for (let at = 0; at < items.length; at += TOGETHER) done.push(...(await act(items.slice(at, at + TOGETHER))));
  return done;
}
