import { expect, test, type TestContext } from 'vitest';

import type { FleetState } from '../../src/sandbox/simulator/teal-fleet.ts';
import { controlCenters } from '../carriers/control-center.ts';
import { teal, tealIccid } from '../carriers/teal.ts';
import { pondIccid } from './cli.ts';
import type { RanHere, RunHereOptions, ToldEvent } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';

const POND = Array.from({ length: 20 }, (_, index) => pondIccid(index + 1));
const JASPER: readonly string[] = controlCenters[0]?.devices ?? [];
const ENV = {
  POND_RATE: '1000',
  POND_CONCURRENCY: '4',
  JASPER_RATE: '1000',
  TEAL_RATE: '1000',
  SETTLE_SECONDS: '1',
  RETRY_MAX_COUNT: '1',
};

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const lines = [...POND.map((iccid) => `${iccid},POND-5GB`), ...JASPER.map((iccid) => `${iccid},IOT-1GB`)];
  const both = sandbox.list(`iccid,plan\n${lines.join('\n')}\n`);
  const serviceOf = (name: string) => {
    const service = sandbox.carriers.services.get(name)?.service;
    if (service === undefined) throw new Error(`There is no simulated ${name}`);
    return service;
  };
  return {
    ...sandbox,
    serviceOf,
    change: (args: readonly string[], options: RunHereOptions = {}, file = both) =>
      sandbox.run(['change-rate-plan', '--file', file, ...args], { ...options, env: { ...ENV, ...options.env } }),
    resume: (args: readonly string[] = [], options: RunHereOptions = {}) =>
      sandbox.run(['resume', 'last', ...args], { ...options, env: { ...ENV, ...options.env } }),
    effectsTwice: () =>
      Object.values(sandbox.carriers.ledger.summary().bySubject).filter((effects) => Object.values(effects).some((n) => n > 1)),
  };
}

const ALL = [...POND, ...JASPER];

function applied({ rows }: RanHere): number {
  return ALL.filter((iccid) => rows.get(iccid)?.status === 'APPLIED').length;
}

function gates({ events }: RanHere): readonly ToldEvent[] {
  return events.filter(({ type }) => type === 'gate');
}

/** How many devices were begun before each gate, and in the end. */
function begunBetween({ events }: RanHere): readonly number[] {
  const begun: Set<string>[] = [new Set()];
  for (const event of events) {
    if (event.type === 'gate') begun.push(new Set());
    if (event.state === 'intent') begun.at(-1)?.add(event.iccid ?? '');
  }
  return begun.map(({ size }) => size);
}

test('each wave begins with its rows when the one before is settled and read back, and the last has all', async (context) => {
  const { change, effectsTwice } = await open(context);

  const ran = await change(['--waves', '1,5,50%,100%']);

  expect([ran.code, applied(ran)], ran.stderr).toEqual([0, 23]);
  expect(begunBetween(ran)).toEqual([1, 4, 7, 11]);
  expect(gates(ran)).toMatchObject([
    { rule: 'wave', stops: false, message: 'Wave 1 of 4 is done: 1 row, 0 failed, 1 read back as wanted' },
    { rule: 'wave', stops: false, message: 'Wave 2 of 4 is done: 4 rows, 0 failed, 4 read back as wanted' },
    { rule: 'wave', stops: false, message: 'Wave 3 of 4 is done: 7 rows, 0 failed, 7 read back as wanted' },
  ]);
  expect(ran.stderr).toContain('In 4 waves: 1, then 4, then 7, then 11 rows\n');
  expect(effectsTwice()).toEqual([]);
});

test('a wave tries every provider and plan that it has rows for', async (context) => {
  const { change } = await open(context);

  const ran = await change(['--waves', '2', '--hold']);

  expect([ran.code, applied(ran)], ran.stderr).toEqual([6, 2]);
  expect(JASPER.filter((iccid) => ran.rows.get(iccid)?.status === 'APPLIED')).toHaveLength(1);
});

test('--hold where nobody can be asked stops with exit 6 and the command that goes on; each resume does the next wave', async (context) => {
  const { change, resume, effectsTwice } = await open(context);

  const first = await change(['--waves', '1,5,10', '--hold']);
  const second = await resume();
  const third = await resume();
  const rest = await resume();

  expect(
    [first, second, third, rest].map(({ code }) => code),
    rest.stderr,
  ).toEqual([6, 6, 6, 0]);
  expect([first, second, third, rest].map(begunBetween)).toEqual([[1, 0, 0], [4, 0, 0], [5, 0, 0], [13]]);
  expect(gates(first).at(-1)).toMatchObject({
    rule: 'wave',
    stops: true,
    message: expect.stringMatching(/^Wave 2 of 4 \(4 rows\) is held: nobody can be asked here\. Go on with: pond-bulk resume \S+ --yes$/),
  });
  expect(first.events.at(-1)).toMatchObject({ next: expect.stringMatching(/^pond-bulk resume \S+ --yes$/) });
  expect(effectsTwice()).toEqual([]);
});

test('--hold asks on a terminal, whatever --yes says, and takes anything but yes for no', async (context) => {
  const { change, resume } = await open(context);
  const answers = ['y', 'no'];
  const questions: string[] = [];

  const ran = await change(['--waves', '1,5,10', '--hold'], {
    onQuestion: (question) => {
      questions.push(question);
      return answers.shift() ?? '';
    },
  });
  const rest = await resume(['--waves', '100%'], { onQuestion: () => 'no' });

  expect(questions).toEqual(['Go on with the next wave (4 rows)? [y/N] ', 'Go on with the next wave (5 rows)? [y/N] ']);
  expect([ran.code, applied(ran)], ran.stderr).toEqual([6, 5]);
  expect(gates(ran).at(-1)).toMatchObject({ stops: true, message: expect.stringContaining('is held: not confirmed') });
  expect([rest.code, begunBetween(rest)], rest.stderr).toEqual([0, [18]]);
});

test('a device that somebody else changed meanwhile stops the run before the next wave', async (context) => {
  const { change, serviceOf, resume } = await open(context);
  const jasper = serviceOf('jasper');
  const undo = (): void =>
    jasper.load((jasper.state() as readonly { readonly iccid: string }[]).map((device) => ({ ...device, ratePlan: 'IOT-10MB' })));

  const ran = await change(['--waves', '4'], {
    onEvent: ({ type, iccid }) => (type === 'row.result' && JASPER.includes(iccid ?? '') ? undo() : undefined),
  });
  const resumed = await resume();

  expect([ran.code, applied(ran)], ran.stderr).toEqual([6, 4]);
  expect(gates(ran)).toMatchObject([
    {
      rule: 'wave',
      stops: true,
      message: expect.stringMatching(/^Wave 1 of 2: \d+: the carrier says that plan is IOT-10MB instead of IOT-1GB$/),
    },
  ]);
  expect([resumed.code, applied(resumed)], resumed.stderr).toEqual([0, 23]);
});

test('a first wave of which nothing came through stops the run', async (context) => {
  const { change, addFault } = await open(context);
  addFault({ service: 'pond', kind: '400', match: { method: 'POST' }, times: 1000 });

  const ran = await change(['--waves', '1']);

  expect([ran.code, applied(ran)], ran.stderr).toEqual([6, 0]);
  expect(gates(ran)).toMatchObject([{ stops: true, message: 'Wave 1 of 2: none of its rows came through' }]);
});

test('a carrier that cannot be asked afterwards stops the run; credentials that are refused then are exit 4', async (context) => {
  const { change, addFault } = await open(context);
  const seen = { results: 0 };

  const ran = await change(['--waves', '1'], {
    onEvent: ({ type }) => {
      if (type !== 'row.result') return;
      seen.results += 1;
      if (seen.results === 1) addFault({ service: 'pond', kind: '401', match: { method: 'GET' }, times: 1000 });
    },
  });

  expect([ran.code, applied(ran)], ran.stderr).toEqual([4, 1]);
  expect(gates(ran)).toMatchObject([{ stops: true, message: expect.stringContaining('could not be read back') }]);
});

test('Ctrl-C in the middle of a wave: resume completes that wave before the next is held', async (context) => {
  const { change, resume, effectsTwice } = await open(context);
  let results = 0;

  const stopped = await change(['--waves', '12,100%', '--hold'], {
    env: { POND_CONCURRENCY: '1' },
    onEvent: ({ state }, interrupt) => {
      if (state !== 'intent') return;
      results += 1;
      if (results === 1) interrupt();
    },
  });
  const resumed = await resume();
  const rest = await resume();

  expect([stopped.code, resumed.code, rest.code], resumed.stderr).toEqual([130, 6, 0]);
  expect(applied(stopped)).toBeLessThan(12);
  expect([applied(resumed), applied(rest)]).toEqual([12, 23]);
  expect(effectsTwice()).toEqual([]);
});

test('a gate stops its provider for all waves; the others go on with theirs', async (context) => {
  const { change, addFault } = await open(context);
  addFault({ service: 'pond', kind: '400', match: { method: 'POST' }, times: 1000 });

  const ran = await change(['--waves', '10,20', '--abort-after', '1']);

  expect(ran.code, ran.stderr).toBe(6);
  expect(JASPER.map((iccid) => ran.rows.get(iccid)?.status)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  expect(POND.filter((iccid) => ran.rows.get(iccid)?.status === 'NOT_STARTED').length).toBeGreaterThan(POND.length / 2);
});

test('changes that a carrier makes later are settled before the next wave; what is not done by the deadline stops the run', async (context) => {
  const { change, resume, serviceOf, list } = await open(context);
  const service = serviceOf('teal');
  const fleet = (): FleetState => service.state() as FleetState;
  const iccids = Array.from({ length: 6 }, (_, index) => tealIccid(index + 1));
  const file = list(`iccid\n${iccids.join('\n')}\n`);
  const done = ({ rows }: RanHere): number => iccids.filter((iccid) => rows.get(iccid)?.status === 'APPLIED').length;
  const assigned = (): number => fleet().operations.length;

  service.load({ ...fleet(), changeMs: 3_600_000 });
  const waiting = await change(['--plan', teal.plan, '--waves', '2'], { env: { TEAL_DEADLINE_SECONDS: '1' } }, file);
  const sent = assigned();
  service.load({ ...fleet(), changeMs: 500, changes: fleet().changes.map((each) => ({ ...each, dueAt: 0 })) });
  const resumed = await resume();

  expect([waiting.code, sent], waiting.stderr).toEqual([9, 2]);
  expect(gates(waiting)).toMatchObject([{ stops: true, message: 'Wave 1 of 2: 2 of its rows are not settled' }]);
  expect([resumed.code, done(resumed), assigned()], resumed.stderr).toEqual([0, 6, 6]);
});
