import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { faultSchema } from '../../src/sandbox/simulator/faults.ts';
import { pondIccid, type Ran } from '../end-to-end/cli.ts';
import { pondWorld, type PondWorld } from './pond-world.ts';
import { randomOf, SEED, type Random } from './random.ts';

let world: PondWorld;

beforeEach(async () => {
  world = await pondWorld();
});

afterEach(async () => {
  await world.remove();
});

const PLANS = [
  { code: 'POND-1GB', type: 101 },
  { code: 'POND-5GB', type: 105 },
  { code: 'POND-10GB', type: 110 },
] as const;

type Plan = (typeof PLANS)[number];

interface Row {
  readonly iccid: string;
  readonly status: string;
  readonly message: string;
}

/** Devices 46 to 49 have two packages, none, an idle one that the database knows, and one that it does not. */
const DEVICES = [...Array.from({ length: 20 }, (_, index) => index + 1), 46, 47, 48, 49].map(pondIccid);
const KILL_POINTS = [
  'before intent',
  'after intent',
  'before send',
  'after send',
  'after answer',
  'before commit',
  'after commit',
  'after save',
] as const;
const SETTLED = ['APPLIED', 'NOOP'];
/** After so many rounds of resume and retry the faults end; a few more settle everything. */
const FAULTY_ROUNDS = 2;
const MOST_ROUNDS = 8;

describe('P6: a SIM is never without a package because of us', () => {
  test.each([1, 2])('whatever fails and whenever it is stopped: random changes %i of seed ' + SEED, { timeout: 120_000 }, async (n) => {
    const random = randomOf(SEED + n);

    for (const round of [1, 2]) {
      const wanted = new Map(random.sample(DEVICES, random.int(8, DEVICES.length)).map((iccid) => [iccid, random.pick(PLANS)]));
      const rows = await changeUntilSettled(wanted, random);
      await vi.waitFor(() => expect(world.simulator.state.pending.size).toBe(0), { timeout: 5000 });

      const told = `seed ${SEED}, changes ${n}.${round}`;
      expect(world.watch.problems, told).toEqual([]);
      expect(world.simulator.state.ledger.summary().violations, told).toEqual([]);
      expect(
        rows.filter(({ status }) => !SETTLED.includes(status)),
        told,
      ).toEqual([]);
      expect(new Map([...wanted.keys()].map((iccid) => [iccid, activeOn(iccid)])), told).toEqual(
        new Map([...wanted].map(([iccid, { type }]) => [iccid, [type]])),
      );
    }
  });

  test('a new package that may still be terminated is not relied on: taking it back settles before its row ends', async () => {
    const iccid = pondIccid(1);
    const late = { service: 'pond', match: { path: '/status' }, every: 1 } as const;
    world.simulator.state.faults.add({ ...late, kind: '400', times: 1, seconds: 1 });
    world.simulator.state.faults.add({ ...late, kind: 'late-effect', times: 2, seconds: 1.4 });

    const ran = await world.runHere(['change-rate-plan', '--file', world.list(`iccid\n${iccid}\n`), '--plan', 'POND-5GB', '--yes']);
    const retried = await world.runHere(['retry', 'last', '--yes']);
    await vi.waitFor(() => expect(world.simulator.state.pending.size).toBe(0), { timeout: 5000 });

    expect([ran.code, retried.code], `${ran.stdout}\n${retried.stdout}`).toEqual([5, 0]);
    expect(world.watch.problems).toEqual([]);
    expect(activeOn(iccid)).toEqual([105]);
  });

  test('a resumed run ends no old package when somebody ended the new one meanwhile', async () => {
    const iccid = pondIccid(1);
    const list = world.list(`iccid\n${iccid}\n`);
    await world.run(['change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--yes'], { env: { POND_BULK_KILL_AT: 'before send:3' } });
    expect(activeOn(iccid)).toEqual([101, 105]);
    await world.pond('POST', `/package/${await packageOn(iccid, 105)}/status`, { body: { packageStatus: 'TERMINATED' } });

    const resumed = await world.runHere(['resume', 'last', '--yes']);
    const kept = activeOn(iccid);
    const retried = await world.runHere(['retry', 'last', '--yes']);

    expect(world.watch.problems).toEqual([]);
    expect([resumed.code, kept], resumed.stdout).toEqual([5, [101]]);
    expect([retried.code, activeOn(iccid)], retried.stdout).toEqual([0, [105]]);
  });

  test('the check sees it when an old package goes before the new one is active', async () => {
    const { pond } = world;
    const sim = pondIccid(1).slice(0, 19);
    const added = (await pond('POST', `/sim/${sim}/addPackage`, { body: { packageTypeId: 105 } })).body as { packageId: string };
    const old = await packageOn(pondIccid(1), 101);

    await pond('POST', `/package/${old}/status`, { body: { packageStatus: 'TERMINATED' } });
    await pond('POST', `/package/${added.packageId}/status`, { body: { packageStatus: 'ACTIVE' } });

    expect(world.watch.problems).toEqual([
      `${sim} has no active package after POST /1001/package/${old}/status {"packageStatus":"TERMINATED"}`,
    ]);
    expect(world.simulator.state.ledger.summary().violations).toEqual([`SIM ${sim} was left without an active package`]);
    expect(activeOn(pondIccid(1))).toEqual([105]);
  });
});

function activeOn(iccid: string): readonly number[] {
  return world.watch.activeOn(iccid.slice(0, 19));
}

/** Id of the SIM's package of this type. */
async function packageOn(iccid: string, type: number): Promise<string> {
  const { body } = await world.pond('GET', `/sim/${iccid.slice(0, 19)}/package/infos`);
  // The simulator's own answer.
  const { elements } = body as { elements: { packageId: string; packageTypeId: number }[] };
  return elements.find(({ packageTypeId }) => packageTypeId === type)?.packageId ?? 'none';
}

/** Changes plans under faults and interruptions, as an operator would: resume and retry, until every row is done. */
async function changeUntilSettled(wanted: ReadonlyMap<string, Plan>, random: Random): Promise<readonly Row[]> {
  const list = world.list(`iccid,plan\n${[...wanted].map(([iccid, { code }]) => `${iccid},${code}`).join('\n')}\n`);
  const command = ['change-rate-plan', '--file', list, '--yes'];
  const runsBefore = await runCount();

  switchFaultsOn(random);
  await interrupted(command, random);
  if ((await runCount()) === runsBefore) await world.runHere(command);
  let rows = await rowsNow();
  for (let round = 1; round <= MOST_ROUNDS && rows.some(({ status }) => !SETTLED.includes(status)); round += 1) {
    const isOpen = rows.some(({ status }) => ['NOT_STARTED', 'UNKNOWN', 'ACCEPTED'].includes(status));
    const goOn = [isOpen ? 'resume' : 'retry', 'last', '--yes'];
    if (round <= FAULTY_ROUNDS) {
      switchFaultsOn(random);
      await interrupted(goOn, random);
    } else {
      world.simulator.state.faults.clear();
      await world.runHere(goOn);
    }
    rows = await rowsNow();
    const doneWithTwo = rows.filter(({ iccid, status }) => SETTLED.includes(status) && activeOn(iccid).length !== 1);
    expect(doneWithTwo, `seed ${SEED}`).toEqual([]);
  }
  return rows;
}

async function runCount(): Promise<number> {
  const { stdout } = await world.runHere(['list', '--output', 'json']);
  return (JSON.parse(stdout) as unknown[]).length;
}

async function rowsNow(): Promise<readonly Row[]> {
  const { stdout } = await world.runHere(['status', 'last', '--output', 'json']);
  return (JSON.parse(stdout) as { rows: Row[] }).rows;
}

/** All kinds that the simulator knows, at all the calls of a plan change. */
function switchFaultsOn(random: Random): void {
  const { faults } = world.simulator.state;
  faults.clear();
  for (let left = random.int(3, 8); left > 0; left -= 1) {
    faults.add({
      service: 'pond',
      kind: random.pick(faultSchema.shape.kind.options),
      match: { path: random.pick(['/addPackage', '/status', '/status', '/package/infos', '/info']) },
      times: random.int(1, 4),
      every: random.int(1, 4),
      // Later than the time-out, sooner than the settle time is over.
      seconds: random.int(1, 14) / 10,
    });
  }
}

/** Runs a command that may be stopped on the way: once, twice, or without warning. */
function interrupted(command: readonly string[], random: Random): Promise<Ran> {
  const at = random.int(1, 20);
  const [first, second] = random.pick([[], ['SIGINT'], ['SIGINT', 'SIGINT'], ['SIGKILL'], ['at a point']] as const);
  if (first === undefined) return world.run(command);
  if (first === 'at a point') return world.run(command, { env: { POND_BULK_KILL_AT: `${random.pick(KILL_POINTS)}:${at}` } });
  return world.run(command, {
    onStart: (child) =>
      world.watch.atEffect(at, () => {
        child.kill(first);
        // Not at once: two signals of a kind would arrive as one.
        if (second !== undefined) world.watch.atEffect(random.int(1, 5), () => child.kill(second));
      }),
  });
}
