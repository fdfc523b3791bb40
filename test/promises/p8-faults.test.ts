import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';

import type { Fault } from '../../src/sandbox/simulator/faults.ts';
import { atFirstIntent, open, statuses, TIMEOUT_SECONDS } from '../carriers/carrier-run.ts';
import type { CallMatch, CarrierUnderTest } from '../carriers/carrier-under-test.ts';
import { controlCenters } from '../carriers/control-center.ts';
import { LOGIN_FAULTS, READ_FAULTS, WRITE_FAULTS } from '../carriers/fault-kinds.ts';
import { pond } from '../carriers/pond.ts';
import { changed, failed, standing as standingOf, untouched } from '../carriers/standing.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';

// What strikes the first read and the first write of a change is alike for all carriers: test/carriers/conformance.test.ts.
// Here are the other calls: later ones, read-backs, logins and billing.

const ALWAYS = 1000;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

/** Which call is struck, and by what. */
interface Struck {
  readonly call: string;
  readonly carrier: CarrierUnderTest;
  readonly match: CallMatch;
  /** The n-th call that matches. */
  readonly nth?: number;
  readonly kinds: readonly Fault['kind'][];
}

const LATER_CALLS: readonly Struck[] = [
  { call: 'activation of the new package', carrier: pond, match: { path: '/status' }, kinds: [...WRITE_FAULTS, 'late-effect'] },
  { call: 'end of the old package', carrier: pond, match: { path: '/status' }, nth: 2, kinds: [...WRITE_FAULTS, 'late-effect'] },
  { call: 'gateway login', carrier: thingSpace, match: { path: 'oauth2/token' }, kinds: READ_FAULTS },
  {
    call: 'session login',
    carrier: thingSpace,
    match: { path: 'session/login' },
    kinds: ['429', '429-date', '429-no-retry-after', 'slow-body'],
  },
  { call: 'change, with a token that has expired,', carrier: thingSpace, match: thingSpace.write, kinds: ['401'] },
  { call: 'first read, with a token that has expired,', carrier: thingSpace, match: thingSpace.read, kinds: ['401'] },
];

const READ_BACKS = UNDER_TEST.flatMap((carrier) => READ_FAULTS.map((kind) => ({ carrier, kind })));

const BILLING: readonly (Pick<Struck, 'call' | 'kinds'> & { readonly match: CallMatch })[] = [
  { call: 'look-up of the lines', match: { method: 'GET', path: '/v1/Services' }, kinds: READ_FAULTS },
  { call: 'new line', match: { method: 'POST', path: '/v1/Services' }, kinds: WRITE_FAULTS },
  { call: 'new product', match: { method: 'POST', path: '/v1/ServiceProduct' }, kinds: WRITE_FAULTS },
];

const spread = <Row extends { readonly kinds: readonly Fault['kind'][] }>(rows: readonly Row[]) =>
  rows.flatMap((row) => row.kinds.map((kind) => ({ ...row, kind })));

const COUNT = spread(LATER_CALLS).length + READ_BACKS.length + spread(BILLING).length + LOGIN_FAULTS.length;
const CONFORMANCE = UNDER_TEST.length * (WRITE_FAULTS.length + READ_FAULTS.length);

const [first, second] = pond.devices;
const onlyLate = (kind: Fault['kind']): { readonly seconds?: number } => (kind === 'late-effect' ? { seconds: TIMEOUT_SECONDS + 0.5 } : {});

describe.concurrent(`P8: ${COUNT} faults at later calls, read-backs, logins and billing (${CONFORMANCE} at first calls: P12)`, () => {
  test.for(spread(LATER_CALLS))('$carrier.integration: $kind at the $call is survived, once', async (row, context) => {
    const { carrier, match, kind, nth = 1 } = row;
    const { change, strike, standing, violations, carriers } = await open(carrier, sample.path, context);
    strike(kind, match, { every: nth, ...onlyLate(kind) });

    const ran = await change([carrier.devices[0]], carrier.plan, { env: { SETTLE_SECONDS: '10' } });

    expect([ran.code, ...statuses(ran, [carrier.devices[0]])], ran.stderr).toEqual([0, 'APPLIED']);
    expect(carriers.faults.list()).toEqual([]);
    expect(standing(carrier.devices[0])).toEqual(changed(carrier));
    expect(violations()).toEqual([]);
  });

  test.for(READ_BACKS)(
    '$carrier.integration: $kind at the read-back of a lost change is survived, once',
    async ({ carrier, kind }, context) => {
      const { change, strike, giveUpSoon, standing, violations, carriers } = await open(carrier, sample.path, context);
      const [device] = carrier.devices;
      strike('reset-after', carrier.write, { iccid: device });
      if (kind === 'timeout-before') giveUpSoon();
      const atIntent = atFirstIntent(() => strike(kind, carrier.readBack ?? carrier.read));

      const ran = await change([device], carrier.plan, { ...atIntent, env: { SETTLE_SECONDS: '10' } });

      expect([ran.code, ...statuses(ran, [device])], ran.stderr).toEqual([0, 'APPLIED']);
      expect(carriers.faults.list()).toEqual([]);
      expect(standing(device)).toEqual(changed(carrier));
      expect(violations()).toEqual([]);
    },
  );

  test.for(LOGIN_FAULTS)('ThingSpace: %s at the session login is not repeated; resume does it all', async (kind, context) => {
    const { change, goOn, strike, standing, carriers } = await open(thingSpace, sample.path, context);
    const [device] = thingSpace.devices;
    strike(kind, { path: 'session/login' });

    const ran = await change([device]);
    const logins = carriers.ledger.entries({ limit: ALWAYS }).filter(({ path }) => path.includes('session/login'));
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, [device])], ran.stderr).toEqual([4, 'NOT_STARTED']);
    expect(logins).toHaveLength(1);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(standing(device)).toEqual(changed(thingSpace));
  });

  test.for(spread(BILLING))('Rev.io: $kind at the $call is survived, once', async ({ match, kind }, context) => {
    const { sandbox, env, carriers } = await open(pond, sample.path, context);
    sandbox.addFault({ service: 'revio', kind, match });
    const order = ['--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];

    const ran = await sandbox.run(['assign-customer', '--file', sandbox.list(`iccid\n${first}\n`), ...order], {
      env: { ...env, REVIO_RATE: '1000', REVIO_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS), SETTLE_SECONDS: '10' },
    });
    const effects = carriers.ledger.entries({ service: 'revio', limit: ALWAYS }).flatMap(({ effect }) => effect ?? []);

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([0, 'APPLIED']);
    expect(carriers.faults.list()).toEqual([]);
    expect(effects).toHaveLength(2);
    expect(sandbox.query('SELECT ServiceProductId FROM RevServiceProduct WHERE ServiceId > 100000')).toHaveLength(1);
    expect(carriers.ledger.summary().violations).toEqual([]);
  });
});

test('P8: a change that shows later than SETTLE_SECONDS is not sent once more where the carrier is known to be slow', async (context) => {
  const { change, strike, standing } = await open(thingSpace, sample.path, context);
  const [device] = thingSpace.devices;
  strike('late-effect', thingSpace.write, { iccid: device, seconds: TIMEOUT_SECONDS + 2 });

  const ran = await change([device], thingSpace.plan, { env: { SETTLE_SECONDS: '1', THINGSPACE_SETTLE_SECONDS: '20' } });

  expect([ran.code, ...statuses(ran, [device])], ran.stderr).toEqual([0, 'APPLIED']);
  expect(standing(device)).toEqual(changed(thingSpace));
});

test('P8: credentials that are refused in the middle stop that provider; the others go on, and resume does the rest', async (context) => {
  const [jasper] = controlCenters;
  if (jasper === undefined) throw new Error('There is no control center');
  const { sandbox, env, carriers, strike, standing, goOn } = await open(pond, sample.path, context);
  const standingAtJasper = (iccid: string) => standingOf(sandbox, jasper, iccid);
  const iccids = [...pond.devices, ...jasper.devices];
  const list = iccids.map((iccid) => `${iccid},${iccid.startsWith('89883') ? pond.plan : jasper.plan}`);
  strike('401', pond.write, { iccid: second, times: ALWAYS });

  const ran = await sandbox.run(['change-rate-plan', '--file', sandbox.list(`iccid,plan\n${list.join('\n')}\n`)], {
    env: { ...env, JASPER_RATE: '1000', POND_CONCURRENCY: '1' },
  });
  const between = [standing(second), ...jasper.devices.map(standingAtJasper)];
  carriers.faults.clear();
  const resumed = await goOn('resume');

  expect([ran.code, ran.rows.get(second)?.status], ran.stderr).toEqual([4, 'NOT_STARTED']);
  expect(ran.events.filter(({ type }) => type === 'gate').map(({ rule }) => rule)).toEqual(['auth']);
  expect(between).toEqual([untouched(pond, 'NEW'), ...jasper.devices.map(() => changed(jasper))]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(pond.devices.map(standing)).toEqual(pond.devices.map(() => changed(pond)));
});

describe('P8: a new POND package that does not become active', () => {
  async function refused(context: TestContext) {
    const world = await open(pond, sample.path, context);
    world.strike('400', { path: '/status' });
    return { ...world, ran: await world.change([first]) };
  }

  test('is taken back, and the old one stays', async (context) => {
    const { ran, standing, violations } = await refused(context);

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([5, 'COMPENSATED']);
    expect(ran.rows.get(first)?.message).toContain('New package activation failed; new package terminated');
    expect(standing(first).effects).toEqual({ 'added package 105': 1, 'terminated package': 1 });
    expect(standing(first).audit).toContain(failed('Pond update carrier rate plan status: API.'));
    expect(violations()).toEqual([]);
  });

  test('is made anew by retry, which does only what is left', async (context) => {
    const { goOn, standing } = await refused(context);

    const retried = await goOn('retry');

    expect(retried.code, retried.stderr).toBe(0);
    expect(standing(first).effects).toEqual({ 'added package 105': 2, 'activated package': 1, 'terminated package': 2 });
  });
});
