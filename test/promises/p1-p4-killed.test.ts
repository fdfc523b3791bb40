import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { DEEDS } from '../../src/probe/probe.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';
import { ELSEWHERE, IS_FULL, killAll, type Matrix } from './killed/matrix.ts';
import { FLEETS } from './killed/commands.ts';
import { SCENARIOS } from './killed/scenarios.ts';

const played = SCENARIOS.filter(({ isFullOnly }) => IS_FULL || isFullOnly !== true);
const left = SCENARIOS.filter((scenario) => !played.includes(scenario));
let matrix: Matrix;

beforeAll(
  async () => {
    const since = Date.now();
    const sample = await sampleDatabase();
    matrix = await killAll(played, { sample: sample.path, since }).finally(() => sample.remove());
  },
  IS_FULL ? 7_200_000 : 300_000,
);

afterAll(() => {
  const { ended, moments, momentsStruck } = matrix;
  const deaths = ended.reduce((sum, each) => sum + each.deaths, 0);
  const same = ended.filter(({ differences }) => differences.length === 0).length;
  const lines = [
    `P1 and P4: ${played.length} scenarios, ${moments} moments, killed at ${momentsStruck} of them; ${ended.length} cases, ${deaths} deaths; ${same} ended like an unbroken run`,
    ...(IS_FULL
      ? []
      : [`Left to POND_BULK_TEST_KILLS=full: the other moments, most deaths of resumes, ${left.map(({ name }) => name).join(', ')}`]),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
});

test('every carrier of the registry is killed', () => {
  expect(FLEETS.map(({ integration }) => integration).toSorted()).toEqual(CARRIERS.map(({ integration }) => integration).toSorted());
});

test('every deed is a point to die at, but those that are killed elsewhere', () => {
  expect(DEEDS.filter((deed) => !matrix.struck.has(deed)).toSorted()).toEqual([...ELSEWHERE.keys()].toSorted());
});

describe('P1 and P4: killed at any moment and resumed, it ends like an unbroken run: no effect twice, none missing', () => {
  test.for(played)('$name', ({ name, exitCode }) => {
    const mine = matrix.ended.filter(({ scenario }) => scenario === name);

    expect(mine.filter((each) => each.exitCode !== exitCode || each.differences.length > 0)).toEqual([]);
    // One that never came to its point would prove nothing.
    expect(mine.filter(({ deaths }) => deaths === 0)).toEqual([]);
    expect(mine.length).toBeGreaterThan(1);
  });
});
