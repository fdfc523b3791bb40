import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { controlCenters } from '../carriers/control-center.ts';
import { pond } from '../carriers/pond.ts';
import { sampleDatabase, type RanHere } from '../end-to-end/in-process.ts';
import { sql } from './killed/commands.ts';
import { problemsAfterRun, problemsAtEnd } from '../soak/invariants.ts';
import { open, play, run } from '../soak/play.ts';
import { roundOf, type Round } from '../soak/round.ts';
import { createTally } from '../soak/tally.ts';
import type { World } from '../soak/world.ts';

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

/** A round without faults and deaths: one device of POND, one of Jasper. */
const PEACE: Round = {
  seed: 0,
  change: { kind: 'plans' },
  devices: [pond, ...controlCenters.slice(0, 1)].map(({ integration, devices: [iccid], planBefore, plan }) => ({
    iccid,
    integration,
    planBefore,
    plan,
  })),
  hasTwice: true,
  hasUnknown: false,
  options: [],
  env: {},
  acts: [],
};
const [POND, JASPER] = PEACE.devices.map(({ iccid }) => iccid);

/** What would be wrong, how to bring it about behind the tool's back, and how it is told. */
const WRONGS: readonly (readonly [name: string, spoil: (world: World) => void, told: string])[] = [
  [
    'an effect happened twice',
    ({ sandbox }) =>
      sandbox.carriers.ledger.add({ service: 'jasper', method: 'PUT', path: '', subject: JASPER ?? '', status: 200, effect: 'plan set' }),
    `Jasper ${JASPER}: 1 more effects than answers`,
  ],
  ['an effect never happened', ({ sandbox }) => sandbox.carriers.ledger.clear(), `Jasper ${JASPER}: -1 more effects than answers`],
  [
    'a carrier complains',
    ({ sandbox }) => sandbox.carriers.ledger.violation('thingspace: a change of the whole account'),
    'thingspace: a change of the whole account',
  ],
  [
    'the database has another plan',
    ({ sandbox }) => sql(sandbox, `UPDATE Device SET RatePlan = 'IOT-10MB' WHERE ICCID = '${JASPER}'`),
    `Jasper ${JASPER} has {"recorded":"IOT-10MB","carrier":"IOT-1GB","history":1} instead of {"recorded":"IOT-1GB","carrier":"IOT-1GB","history":1}`,
  ],
  [
    'a change has no history',
    ({ sandbox }) => sql(sandbox, `DELETE FROM DeviceActionHistory WHERE ICCID = '${POND}'`),
    `Pond ${POND} has {"recorded":"POND-5GB","carrier":"POND-5GB","history":0} instead of {"recorded":"POND-5GB","carrier":"POND-5GB","history":1}`,
  ],
  [
    'an answer has no audit row',
    ({ sandbox }) => sql(sandbox, "DELETE FROM DeviceBulkChangeLog WHERE LogEntryDescription = 'Pond add carrier rate plan: API.'"),
    `${POND}: 1 answers and 0 audit rows of: Pond add carrier rate plan: API. done`,
  ],
  [
    'the portal shows another status',
    ({ sandbox }) => sql(sandbox, `UPDATE M2M_DeviceChange SET Status = 'NEW' WHERE ICCID = '${JASPER}'`),
    `${JASPER} is APPLIED, and its device change is {"id":2,"Status":"NEW","IsProcessed":1,"HasErrors":0}`,
  ],
  [
    'a finished row was begun again',
    ({ sandbox }) => sql(sandbox, `UPDATE pondbulk_change_row SET status = 'NOT_STARTED' WHERE iccid = '${JASPER}'`),
    'a row went from APPLIED to NOT_STARTED',
  ],
  ['a row is gone', ({ sandbox }) => sql(sandbox, 'DELETE FROM pondbulk_change_row WHERE line = 4'), '2 rows on 2 lines for a list of 3'],
  [
    'a secret was written down',
    ({ sandbox }) => sql(sandbox, "UPDATE pondbulk_run SET reason = 'sandbox-pond-key'"),
    'pondbulk_run.reason: POND_API_KEY as ',
  ],
];

describe('a soak is not blind: it tells when', () => {
  test.for(WRONGS)('%s', async ([_name, spoil, told], { onTestFinished }) => {
    const { world, ran } = await inPeace(onTestFinished);

    const before = problemsOf(world, ran);
    spoil(world);

    expect(before).toEqual([]);
    expect(problemsOf(world, ran).join('\n')).toContain(told);
  });

  test.for<readonly [string, Partial<RanHere>, string]>([
    ['the exit code is another', { code: 5 }, 'exit code 5 instead of 0'],
    ['no row was told', { events: [] }, 'line 2 is APPLIED, told as undefined'],
    ['a secret was told', { stderr: 'sandbox-teal-secret' }, 'output: TEAL_API_SECRET as '],
  ])('%s', async ([_name, otherwise, told], { onTestFinished }) => {
    const { world, ran } = await inPeace(onTestFinished);

    expect(problemsOf(world, { ...ran, ...otherwise }).join('\n')).toContain(told);
  });
});

async function inPeace(onTestFinished: (act: () => Promise<void>) => void) {
  const world = await open(PEACE, sample.path);
  onTestFinished(() => world.sandbox.remove());
  return { world, ran: await run(world, 'change') };
}

function problemsOf(world: World, ran: RanHere): readonly string[] {
  return [...problemsAfterRun(world, ran, []), ...problemsAtEnd(world, ran)];
}
