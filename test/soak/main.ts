import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { sampleDatabase } from '../end-to-end/in-process.ts';
import { play } from './play.ts';
import { roundOf } from './round.ts';
import { createTally, type Tally } from './tally.ts';

/** Rounds that are played beside one another: they wait most of the time. */
const TOGETHER = 30;
/** Groups of them at once: while the slowest round of one ends, another has work. */
const GROUPS = 2;
const TELL_EVERY = 100;
const USUAL_MINUTES = '10';
/** Rounds that take longer hang. */
const LONGEST_MS = 10 * 60_000;

const { values } = parseArgs({ options: { seed: { type: 'string' }, rounds: { type: 'string' }, minutes: { type: 'string' } } });
// One seed alone is one round.
const rounds = Number(values.rounds ?? (values.seed === undefined || values.minutes !== undefined ? Infinity : 1));
const minutes = Number(values.minutes ?? (values.rounds === undefined ? USUAL_MINUTES : Infinity));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (![rounds, minutes, seed].every((each) => each >= 0)) throw new Error('--seed, --rounds and --minutes take numbers');

const endsAt = Date.now() + minutes * 60_000;
const sample = await sampleDatabase();
const tally = createTally();
let begun = 0;

say(`seed ${seed}: round n has seed ${seed} + n`);
await Promise.all(Array.from({ length: GROUPS }, goOn)).finally(() => sample.remove());
say(`\n${tally.lines().join('\n')}`);
process.exitCode = tally.wrong.length > 0 ? 1 : 0;

async function goOn(): Promise<void> {
  while (begun < rounds && Date.now() < endsAt) {
    const from = begun;
    begun = Math.min(rounds, from + TOGETHER);
    const seeds = Array.from({ length: begun - from }, (_, n) => seed + from + n);
    for (const played of await Promise.race([play(seeds.map(roundOf), sample.path), tooLong(seeds)])) {
      tally.add(played);
      progress(tally);
      if (played.problems.length > 0)
        say(
          `\nround of seed ${played.round.seed} went wrong; npm run soak -- --seed ${played.round.seed} repeats it\n${JSON.stringify(played.round)}\n  ${[...new Set(played.problems)].join('\n  ')}`,
        );
    }
  }
}

async function tooLong(seeds: readonly number[]): Promise<never> {
  await sleep(LONGEST_MS, undefined, { ref: false });
  throw new Error(`One of the rounds of seeds ${seeds[0]} to ${seeds.at(-1)} does not end`);
}

function progress({ rounds: done, deaths, wrong }: Tally): void {
  const text = `${done} rounds, ${deaths} deaths, ${wrong.length} wrong`;
  if (process.stderr.isTTY) process.stderr.write(`\r${text}`);
  else if (done % TELL_EVERY === 0) say(text);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
