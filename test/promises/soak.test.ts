import { afterAll, beforeAll, expect, test } from 'vitest';

import { sampleDatabase } from '../end-to-end/in-process.ts';
import { play } from '../soak/play.ts';
import { roundOf } from '../soak/round.ts';
import { createTally } from '../soak/tally.ts';

// The same rounds each time: the beginning of what `npm run soak` plays for as long as one likes.
const SEED = 1;
const ROUNDS = 40;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

test(
  `P1, P3, P4, P6 and P8: ${ROUNDS} rounds of random changes, faults, deaths and signals, of seeds from ${SEED} on, end with every device changed once`,
  { timeout: 180_000 },
  async () => {
    const rounds = Array.from({ length: ROUNDS }, (_, n) => roundOf(SEED + n));

    const played = await play(rounds, sample.path);

    const tally = createTally();
    for (const each of played) tally.add(each);
    expect(tally.wrong.map(({ round: { seed }, problems }) => ({ seed, problems }))).toEqual([]);
    expect([tally.rounds, tally.doubled, tally.lost]).toEqual([ROUNDS, 0, 0]);
    // Rounds in which nobody died and nothing failed would prove nothing.
    expect(tally.deaths, tally.lines().join('\n')).toBeGreaterThan(ROUNDS / 2);
    expect(played.flatMap(({ struck }) => struck).length).toBeGreaterThan(ROUNDS);
  },
);
