import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import { moreOfThingSpace } from '../../src/sandbox/sample/thingspace.ts';
import { thingSpaceIccid } from '../carriers/thingspace.ts';
import { sampleDatabase, sandboxHere, type RanHere, type RunHereOptions } from './in-process.ts';

// What only ThingSpace has: two tokens, shared requests, changes that are done later, a quota.

const FLEET = moreOfThingSpace(450, 100_001);
const MANY = FLEET.thingspace.devices.map(({ iccid }) => iccid);

/** Of the sample fleet. */
const IN_OTHER_ACCOUNT = thingSpaceIccid(36);
const SUSPENDED = thingSpaceIccid(37);
const SUSPENDED_SINCE = thingSpaceIccid(38);
const DEACTIVATED = thingSpaceIccid(39);
const UNKNOWN_THERE = thingSpaceIccid(40);

const A_LONG_TIME_MS = 24 * 3_600_000;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase(FLEET);
});

afterAll(() => sample.remove());

/** A body that asked for a plan change, as far as it is looked at here. */
interface Asked {
  readonly body?: { readonly accountName: string; readonly devices: readonly unknown[] };
}

async function open({ onTestFinished }: TestContext) {
  const sandbox = await sandboxHere(sample.path, FLEET);
  onTestFinished(() => sandbox.remove());
  const { ledger, services } = sandbox.carriers;
  const service = services.get('thingspace')?.service;
  if (service === undefined) throw new Error('there is no simulated ThingSpace');
  const callsOf = (path: string) => ledger.entries({ service: 'thingspace', limit: 10_000 }).filter((entry) => entry.path.includes(path));
  const env = { THINGSPACE_RATE: '1000', THINGSPACE_CONCURRENCY: '20', SETTLE_SECONDS: '1' };
  const run = (args: readonly string[], options: RunHereOptions = {}) => sandbox.run(args, { ...options, env: { ...env, ...options.env } });
  return {
    service,
    query: sandbox.query,
    resume: () => run(['resume', 'last']),
    retry: (id: string, more: readonly string[] = []) => run(['retry', id, ...more]),
    addFault: sandbox.addFault,
    change: (iccids: readonly string[], plan = 'TS-1GB', options: RunHereOptions = {}, more: readonly string[] = []) =>
      run(['change-rate-plan', '--plan', plan, '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`), ...more], options),
    /** How many devices each request for a change had. */
    requests: () => (callsOf('devices/actions/plan') as readonly Asked[]).map(({ body }) => body?.devices.length),
    accounts: () => (callsOf('devices/actions/plan') as readonly Asked[]).map(({ body }) => body?.accountName),
    logins: () => callsOf('session/login').length,
    tokens: () => callsOf('oauth2/token').length,
    effects: () => ledger.summary().effects,
    violations: () => ledger.summary().violations,
  };
}

function statuses({ rows }: RanHere, iccids: readonly string[]): readonly (string | undefined)[] {
  return iccids.map((iccid) => rows.get(iccid)?.status);
}

describe('shared requests', () => {
  test('450 devices are three requests, and the audit tells with how many each was sent', async (context) => {
    const { change, requests, effects, violations, logins, query } = await open(context);

    const ran = await change(MANY);

    expect(ran.code, ran.stderr).toBe(0);
    expect(new Set(statuses(ran, MANY))).toEqual(new Set(['APPLIED']));
    expect(requests()).toEqual([200, 200, 50]);
    expect([effects(), logins(), violations()]).toEqual([{ 'plan set': 450 }, 1, []]);
    const audit = query<{ text: string }>(
      `SELECT RequestText AS text FROM DeviceBulkChangeLog WHERE LogEntryDescription = 'Update ThingSpace Rate Plan: ThingSpace API'`,
    );
    const shared = Map.groupBy(audit, ({ text }) => /\n\(one of (\d+) devices in this request\)$/.exec(text)?.[1]);
    expect([shared.get('200')?.length, shared.get('50')?.length]).toEqual([400, 50]);
    for (const iccid of MANY) expect(audit.filter(({ text }) => text.includes(iccid))).toHaveLength(1);
  });

  test('where they are too many for one request it is halved, and the next ones are smaller', async (context) => {
    const { change, requests, effects } = await open(context);

    const ran = await change(MANY, 'TS-1GB', { env: { THINGSPACE_BATCH_SIZE: '300' } });

    expect(ran.code, ran.stderr).toBe(0);
    expect(requests()).toEqual([300, 150, 150, 150]);
    expect(effects()).toEqual({ 'plan set': 450 });
  });

  test('one device that is refused is found, and only it fails, with the words of the carrier', async (context) => {
    const { change, requests, effects } = await open(context);
    const good = MANY.slice(0, 15);

    const ran = await change([...good.slice(0, 6), DEACTIVATED, ...good.slice(6)]);

    expect(ran.code, ran.stderr).toBe(5);
    expect(new Set(statuses(ran, good))).toEqual(new Set(['APPLIED']));
    expect(ran.rows.get(DEACTIVATED)).toMatchObject({
      status: 'FAILED',
      error: { code: 'INPUT_INVALID.DeviceState.Invalid', message: `Device ${DEACTIVATED} is in state deactive` },
    });
    expect([requests().toSorted((a = 0, b = 0) => b - a), effects()]).toEqual([[16, 8, 8, 4, 4, 2, 2, 1, 1], { 'plan set': 15 }]);
  });

  test('a plan that the carrier does not know fails every row with one request', async (context) => {
    const { change, requests } = await open(context);
    const devices = MANY.slice(0, 10);

    const ran = await change(devices, 'TS-UNKNOWN');

    expect(ran.code, ran.stderr).toBe(5);
    expect(new Set(statuses(ran, devices))).toEqual(new Set(['FAILED']));
    expect(ran.rows.get(MANY[0] ?? '')?.message).toBe('There is no service plan TS-UNKNOWN');
    expect(requests()).toEqual([10]);
  });

  test('devices of different accounts share no request', async (context) => {
    const { change, accounts } = await open(context);

    const ran = await change([IN_OTHER_ACCOUNT, ...MANY.slice(0, 2)]);

    expect(ran.code, ran.stderr).toBe(0);
    expect(accounts()).toHaveLength(2);
    expect(new Set(accounts())).toEqual(new Set(['0000123456-00001', '0000123456-00002']));
  });

  test('the comm plan is the IP pool', async (context) => {
    const { change, service, query } = await open(context);
    const [first = '', second = ''] = MANY;
    await change([second]);

    const ran = await change([first, second], 'TS-1GB', {}, ['--comm-plan', 'POOL-7']);

    expect(statuses(ran, [first, second])).toEqual(['APPLIED', 'REJECTED']);
    expect(ran.rows.get(second)?.message).toContain('an IP pool together with another plan only');
    expect((service.state() as { readonly devices: readonly object[] }).devices).toContainEqual(
      expect.objectContaining({ iccid: first, ipPool: 'POOL-7' }),
    );
    expect(query(`SELECT CommunicationPlan FROM Device WHERE ICCID = '${first}'`)).toEqual([{ CommunicationPlan: 'POOL-7' }]);
  });
});

describe('two tokens', () => {
  test('a wrong password is tried once, by however many workers', async (context) => {
    const { change, logins, resume, effects } = await open(context);
    const devices = MANY.slice(0, 100);

    const ran = await change(devices, 'TS-1GB', { env: { THINGSPACE_PASSWORD: 'wrong-password' } });
    const tried = logins();
    const resumed = await resume();

    expect(ran.code, ran.stderr).toBe(4);
    expect([tried, new Set(statuses(ran, devices))]).toEqual([1, new Set(['NOT_STARTED'])]);
    expect(ran.stderr).not.toContain('wrong-password');
    expect([resumed.code, effects()]).toEqual([0, { 'plan set': 100 }]);
  });

  test.for([
    ['session', { session: { usedAt: Date.now() - 21 * 60_000 } }, [2, 1]],
    ['OAuth', { bearer: { issuedAt: Date.now() - 61 * 60_000 } }, [1, 2]],
    ['session and OAuth', { session: { usedAt: 0 }, bearer: { issuedAt: 0 } }, [2, 2]],
  ] as const)('a %s token that expires in the middle is renewed once', async ([_name, aged, [expectedLogins, expectedTokens]], context) => {
    const { change, service, logins, tokens, effects } = await open(context);
    const devices = MANY.slice(0, 40);
    let isFirst = true;

    const ran = await change(devices, 'TS-1GB', {
      onEvent: ({ state }) => {
        if (state !== 'intent' || !isFirst) return;
        isFirst = false;
        service.load(withLogin(service.state(), aged));
      },
    });

    expect(ran.code, ran.stderr).toBe(0);
    expect([logins(), tokens(), effects()]).toEqual([expectedLogins, expectedTokens, { 'plan set': 40 }]);
  });
});

/** The state of the simulator with other times of its tokens. */
function withLogin(state: unknown, aged: { readonly session?: object; readonly bearer?: object }): unknown {
  // The simulator's own state.
  const { devices, login } = state as { readonly devices: unknown; readonly login: { readonly session: object; readonly bearer: object } };
  const session = { ...login.session, ...aged.session };
  return { devices, login: { ...login, session, bearer: { ...login.bearer, ...aged.bearer } } };
}

describe('changes that are done later', () => {
  test('what is not done by the deadline stays ACCEPTED with exit code 9; resume settles it and sends nothing', async (context) => {
    const { change, resume, service, requests, query } = await open(context);
    const devices = MANY.slice(0, 3);
    service.setDelay?.(A_LONG_TIME_MS);

    const ran = await change(devices, 'TS-1GB', { env: { THINGSPACE_DEADLINE_SECONDS: '1' } });
    service.setDelay?.(0);
    const resumed = await resume();

    expect([ran.code, ...statuses(ran, devices)], ran.stderr).toEqual([9, 'ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
    expect([resumed.code, ...statuses(resumed, devices)], resumed.stderr).toEqual([0, 'APPLIED', 'APPLIED', 'APPLIED']);
    expect(requests()).toEqual([3]);
    expect(ran.rows.get(devices[0] ?? '')?.message).toMatch(/^accepted by the carrier \([\w-]{36}\)$/);
    const audit = query<{ text: string }>(
      `SELECT ResponseText AS text FROM DeviceBulkChangeLog WHERE LogEntryDescription = 'Update ThingSpace Rate Plan: ThingSpace API'`,
    );
    expect(audit.map(({ text }) => /"requestId":.*"servicePlan":"TS-1GB"/s.test(text))).toEqual([true, true, true]);
  });
});

describe('what is refused before anything is sent', () => {
  test.each([
    ['a device that the database knows as suspended', SUSPENDED, [], `Device ${SUSPENDED} is suspended`, 0],
    ['a device that was suspended since', SUSPENDED_SINCE, [], `Device ${SUSPENDED_SINCE} is suspended`, 1],
    ['a later day', thingSpaceIccid(1), ['--effective-date', '2199-01-01'], 'Effective date is not supported by ThingSpace', 0],
  ])('%s', async (_name, iccid, more, message, readings) => {
    const sandbox = await sandboxHere(sample.path, FLEET);
    const list = sandbox.list(`iccid\n${iccid}\n`);

    const ran = await sandbox.run(['change-rate-plan', '--plan', 'TS-1GB', '--file', list, ...more]);
    const { effects } = sandbox.carriers.ledger.summary();
    const asked = sandbox.carriers.ledger.entries({ subject: iccid, limit: 10 }).length;
    const audit = sandbox.query(`SELECT LogEntryDescription AS text, HasErrors AS errors FROM DeviceBulkChangeLog`);
    await sandbox.remove();

    expect([ran.code, ran.rows.get(iccid)?.message ?? ran.stderr]).toEqual([5, message]);
    expect([effects, asked]).toEqual([{}, readings]);
    expect(audit).toEqual([{ text: 'Carrier Rate Plan Change: Pre-flight Check', errors: 1 }]);
  });

  test('a device that the carrier does not know fails alone', async (context) => {
    const { change, effects } = await open(context);
    const [first = ''] = MANY;

    const ran = await change([UNKNOWN_THERE, first]);

    expect(statuses(ran, [UNKNOWN_THERE, first]), ran.stderr).toEqual(['FAILED', 'APPLIED']);
    expect([ran.code, effects()]).toEqual([5, { 'plan set': 1 }]);
  });
});

test('the fourth change of a month is kept for a rollback unless it is asked for, and a fifth is never sent', async (context) => {
  const { change, effects, violations, query } = await open(context);
  const [first = ''] = MANY;
  const done = [await change([first], 'TS-50MB'), await change([first], 'TS-500MB'), await change([first], 'TS-1GB')];

  const kept = await change([first], 'TS-5MB');
  const already = await change([first], 'TS-1GB');
  const asked = await change([first], 'TS-5MB', {}, ['--use-last-change']);
  const fifth = await change([first], 'TS-1GB', {}, ['--use-last-change']);

  expect(done.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect([kept.code, kept.rows.get(first)?.status, kept.rows.get(first)?.error]).toEqual([
    5,
    'REJECTED',
    expect.objectContaining({
      code: 'PLAN_CHANGE_QUOTA',
      message: `Device ${first} had 3 of 4 plan changes this month`,
      hint: expect.stringContaining('--use-last-change'),
    }),
  ]);
  expect([already.code, already.rows.get(first)?.status]).toEqual([0, 'NOOP']);
  expect([asked.code, asked.rows.get(first)?.status]).toEqual([0, 'APPLIED']);
  expect([fifth.code, fifth.rows.get(first)?.message]).toEqual([5, `Device ${first} had 4 of 4 plan changes this month`]);
  expect([effects(), violations()]).toEqual([{ 'plan set': 4 }, []]);
  expect(query(`SELECT RatePlan FROM Device WHERE ICCID = '${first}'`)).toEqual([{ RatePlan: 'TS-5MB' }]);
});

test.for([
  ['keeps the last one', ['TS-50MB', 'TS-500MB', 'TS-5MB'], [], 'the last one is kept for a rollback: --use-last-change spends it'],
  ['never sends a fifth', ['TS-50MB', 'TS-500MB', 'TS-50MB', 'TS-5MB'], ['--use-last-change'], 'the next month (UTC) has new ones'],
] as const)('retry counts the changes of the month again and %s', async ([_name, plans, more, hint], context) => {
  const { change, retry, addFault, effects, violations } = await open(context);
  const [first = '', second = ''] = MANY;
  addFault({ service: 'thingspace', kind: '400', match: { method: 'PUT' }, times: 3 });
  const failed = await change([first, second], 'TS-1GB');
  const [id = ''] = failed.events.find(({ type }) => type === 'run.start')?.bulkChangeIds ?? [];
  // To and fro: the device is as the row left it again, and only its quota is in the way.
  for (const plan of plans) await change([first], plan, {}, ['--use-last-change']);

  const retried = await retry(id, more);

  expect(statuses(failed, [first, second]), failed.stderr).toEqual(['FAILED', 'FAILED']);
  expect([retried.code, retried.stderr]).toEqual([
    5,
    expect.stringContaining(
      `Bulk change ${id}: 1 row is left alone: Device ${first} had ${plans.length} of 4 plan changes this month (${hint})`,
    ),
  ]);
  expect(retried.rows.get(second)?.status).toBe('APPLIED');
  expect([effects(), violations()]).toEqual([{ 'plan set': plans.length + 1 }, []]);
});

test.for([
  ['one that another run used up', 'TS-1GB'],
  ['one that another run used up, of a device that was on its plan already and is not any more', 'TS-500MB'],
] as const)('the changes of the month are counted again when a list is saved: %s', async ([_name, plan], context) => {
  const { change, effects, violations, query } = await open(context);
  const [first = '', second = ''] = MANY;
  for (const before of ['TS-50MB', 'TS-500MB']) await change([first], before);
  const others: RanHere[] = [];
  let hasBegun = false;

  const ran = await change([first, second], plan, {
    probe: async (moment) => {
      if (hasBegun || !moment.some(({ name }) => name === 'before save')) return;
      hasBegun = true;
      others.push(await change([first], 'TS-5MB'));
    },
  });

  expect(others.map(({ code }) => code)).toEqual([0]);
  expect([ran.code, ...statuses(ran, [first, second])], ran.stderr).toEqual([5, 'REJECTED', 'APPLIED']);
  expect(ran.rows.get(first)?.error).toMatchObject({
    code: 'PLAN_CHANGE_QUOTA',
    message: `Device ${first} had 3 of 4 plan changes this month`,
    hint: expect.stringContaining('--use-last-change'),
  });
  expect([effects(), violations()]).toEqual([{ 'plan set': 4 }, []]);
  expect(query(`SELECT RatePlan FROM Device WHERE ICCID = '${first}'`)).toEqual([{ RatePlan: 'TS-5MB' }]);
});

test('retry spends the last change of the month when it is asked for', async (context) => {
  const { change, retry, addFault, effects } = await open(context);
  const [first = ''] = MANY;
  addFault({ service: 'thingspace', kind: '400', match: { method: 'PUT' } });
  const failed = await change([first], 'TS-1GB');
  const [id = ''] = failed.events.find(({ type }) => type === 'run.start')?.bulkChangeIds ?? [];
  for (const plan of ['TS-50MB', 'TS-500MB', 'TS-5MB']) await change([first], plan);

  const retried = await retry(id, ['--use-last-change']);

  expect([failed.code, retried.code, effects()], retried.stderr).toEqual([5, 0, { 'plan set': 4 }]);
});
