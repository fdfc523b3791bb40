import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { controlCenters } from '../carriers/control-center.ts';
import { telegence } from '../carriers/telegence.ts';
import { pondIccid } from './cli.ts';
import { sampleDatabase, sandboxHere } from './in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

async function open({ onTestFinished }: TestContext) {
  const world = await sandboxHere(sample.path);
  onTestFinished(() => world.remove());
  return {
    ...world,
    change: (iccids: readonly string[], ...options: readonly string[]) =>
      world.run(['change-rate-plan', '--file', world.list(`iccid\n${iccids.join('\n')}\n`), ...options]),
    firstRun: () => world.query<{ id: string }>('SELECT id FROM pondbulk_run ORDER BY started_at')[0]?.id ?? '',
  };
}

const DAY_MS = 86_400_000;
const today = new Date().toISOString().slice(0, 10);
const later = new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10);

describe('a change that is scheduled at its carrier is refused until its day, and taken back from then on', () => {
  test.for([...controlCenters.slice(0, 1), telegence])('$integration', async (carrier, context) => {
    const world = await open(context);
    const { integration, plan, planBefore } = carrier;
    const [iccid] = carrier.devices;
    const changed = await world.change([iccid], '--plan', plan, '--effective-date', later);

    const dry = await world.run(['rollback', 'last', '--dry-run'], { yes: false });
    const ran = await world.run(['rollback', 'last']);
    // The day comes, and the carrier does what it was told.
    world.execute(`UPDATE pondbulk_change_row SET subject = json_set(subject, '$.effectiveDate', '${today}') WHERE subject IS NOT NULL`);
    await world.change([iccid], '--plan', plan);
    const onTheDay = await world.run(['rollback', world.firstRun()]);

    expect([changed.code, dry.code, ran.code], ran.stderr).toEqual([0, 3, 5]);
    expect(ran.rows.get(iccid)).toMatchObject({
      status: 'REJECTED',
      message: `Scheduled for ${later} at ${integration}; it cannot be taken back by an API`,
      error: { code: 'SCHEDULED_AT_CARRIER', hint: expect.stringContaining(later) as string },
    });
    expect([onTheDay.code, onTheDay.rows.get(iccid)?.status], onTheDay.stderr).toEqual([0, 'APPLIED']);
    expect(carrier.planAt(world.carriers, iccid)).toBe(planBefore);
  });
});

describe('rows that are not settled are told, never left out', () => {
  test.for(['UNKNOWN', 'ACCEPTED'])('%s: resume comes first', async (status, context) => {
    const world = await open(context);
    await world.change([pondIccid(1), pondIccid(2), pondIccid(51)], '--plan', 'POND-5GB');
    world.execute(`UPDATE pondbulk_change_row SET status = '${status}' WHERE iccid = '${pondIccid(1)}'`);

    const ran = await world.run(['rollback', 'last']);

    const ended = [pondIccid(1), pondIccid(2)].map((iccid) => ran.rows.get(iccid)?.status);
    expect([ran.code, ran.rows.size, ended], ran.stderr).toEqual([5, 2, ['REJECTED', 'APPLIED']]);
    expect(ran.rows.get(pondIccid(1))?.error).toMatchObject({
      code: 'NOT_SETTLED',
      hint: `settle it first: pond-bulk resume ${world.firstRun()}; then roll back again`,
    });
  });

  test('a new package beside the old one: retry comes first, then all of it goes back', async (context) => {
    const world = await open(context);
    const iccid = pondIccid(1);
    // The second call is the one that terminates the old package.
    world.addFault({ service: 'pond', kind: '400', match: { path: '/status' }, every: 2 });
    const changed = await world.change([iccid], '--plan', 'POND-5GB');

    const refused = await world.run(['rollback', world.firstRun()]);
    const retried = await world.run(['retry', world.firstRun()]);
    const ran = await world.run(['rollback', world.firstRun()]);

    expect([changed.code, changed.rows.get(iccid)?.status], changed.stderr).toEqual([5, 'FAILED']);
    expect([refused.code, refused.rows.get(iccid)], refused.stderr).toMatchObject([
      5,
      {
        status: 'REJECTED',
        message: expect.stringContaining('is active') as string,
        error: { code: 'NOT_SETTLED', hint: `settle it first: pond-bulk retry ${world.firstRun()}; then roll back again` },
      },
    ]);
    expect([retried.code, ran.code, ran.rows.get(iccid)?.status], ran.stderr).toEqual([0, 0, 'APPLIED']);
  });

  test('a run whose rows changed nothing has nothing to take back', async (context) => {
    const world = await open(context);
    world.addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' } });
    const changed = await world.change([pondIccid(1), pondIccid(51)], '--plan', 'POND-5GB');

    const ran = await world.run(['rollback', 'last']);

    expect([changed.code, changed.rows.get(pondIccid(1))?.status], changed.stderr).toEqual([5, 'FAILED']);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('applied nothing')]);
  });
});

test('who is asked to confirm a rollback reads which run it takes back', async (context) => {
  const world = await open(context);
  await world.change([pondIccid(1)], '--plan', 'POND-5GB');

  const declined = await world.run(['rollback', 'last'], { yes: false, onQuestion: () => 'n' });

  expect([declined.code, declined.stderr]).toEqual([130, expect.stringContaining(`rollback of ${world.firstRun()} on sandbox`)]);
});
