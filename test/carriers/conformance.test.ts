import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { PLAN_PREFLIGHT } from '../../src/domain/carrier-plan-effects.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';
import { atFirstIntent, open, SETTLE_SECONDS, statuses, TIMEOUT_SECONDS } from './carrier-run.ts';
import { READ_FAULTS, WRITE_FAULTS } from './fault-kinds.ts';
import { changed, failed, untouched, type Standing } from './standing.ts';
import { UNDER_TEST } from './under-test.ts';

// P12: the same faults at every carrier end alike: row, exit code, effects at the carrier, journal, audit, and what resume makes of it.

const ALWAYS = 1000;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

// eBonding is a procedure of the database: no call of it can be struck by these faults. test/end-to-end/ebonding.test.ts proves it.
test('P12: every carrier of the registry that is called over HTTP is under test', () => {
  const called = CARRIERS.filter(({ procedure }) => procedure === undefined);
  expect(UNDER_TEST.map(({ integration }) => integration)).toEqual(called.map(({ integration }) => integration));
});

describe.concurrent.each(UNDER_TEST)('P12: $integration', (carrier) => {
  const { devices, planBefore, read, readBack = read, write } = carrier;
  const [first, second] = devices;
  const all = (standing: Standing): readonly Standing[] => devices.map(() => standing);

  test('a change is made once, and everybody knows of it', async (context) => {
    const { change, standings, violations } = await open(carrier, sample.path, context);

    const ran = await change();

    expect([ran.code, ...statuses(ran, devices)], ran.stderr).toEqual([0, 'APPLIED', 'APPLIED', 'APPLIED']);
    expect(standings()).toEqual(all(changed(carrier)));
    expect(violations()).toEqual([]);
  });

  test('a device that is on the plan already is left alone', async (context) => {
    const { change, standing } = await open(carrier, sample.path, context);

    const ran = await change([first], planBefore);

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([0, 'NOOP']);
    expect(ran.rows.get(first)?.message).toBe('already on plan');
    expect(standing(first)).toEqual(untouched(carrier, 'PROCESSED', [PLAN_PREFLIGHT]));
  });

  test.for([
    ...WRITE_FAULTS.map((kind) => [kind, 'change', write] as const),
    ...READ_FAULTS.map((kind) => [kind, 'first read', read] as const),
  ])('%s at the %s is survived: the change is made once', async ([kind, _call, match], context) => {
    const { change, strike, standing, violations } = await open(carrier, sample.path, context);
    strike(kind, match, { iccid: first });

    const ran = await change([first]);

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
    expect(violations()).toEqual([]);
  });

  test('an effect that comes after the timeout is waited for, and nothing is sent twice', async (context) => {
    const { change, strike, standing } = await open(carrier, sample.path, context);
    strike('late-effect', write, { iccid: first, seconds: TIMEOUT_SECONDS + 0.5 });

    const ran = await change([first], carrier.plan, { env: { SETTLE_SECONDS: '15' } });

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });

  test.for([
    ['400', 'change', write, carrier.audit[0] ?? ''],
    ['404', 'change', write, carrier.audit[0] ?? ''],
    ['400', 'first read', read, PLAN_PREFLIGHT],
    ['404', 'first read', read, PLAN_PREFLIGHT],
  ] as const)(
    '%s at the %s fails the row with the words of the carrier, the others go on, and retry does it',
    async ([kind, _call, match, text], context) => {
      const { change, goOn, strike, standing, carriers } = await open(carrier, sample.path, context);
      const times = match === write && carrier.sharesRequests === true ? 2 : 1;
      strike(kind, match, { iccid: first, times });

      const ran = await change([first, second]);
      const between = standing(first);
      const asked = carriers.ledger.entries({ subject: carrier.subject(first), limit: ALWAYS }).filter(({ fault }) => fault === kind);
      const retried = await goOn('retry');

      expect([ran.code, ...statuses(ran, [first, second])], ran.stderr).toEqual([5, 'FAILED', 'APPLIED']);
      expect(ran.rows.get(first)?.error).toMatchObject({ class: 'carrier', message: `simulated ${kind}` });
      expect(between).toEqual(untouched(carrier, 'ERROR', [failed(text)]));
      expect(asked).toHaveLength(times);
      expect(retried.code, retried.stderr).toBe(0);
      expect(standing(first)).toEqual({ ...changed(carrier), audit: [failed(text), ...carrier.audit] });
      expect(standing(second)).toEqual(changed(carrier));
    },
  );

  test.for([
    ['401', 'change', write],
    ['403', 'change', write],
    ['401', 'first read', read],
    ['403', 'first read', read],
  ] as const)('%s at the %s stops the provider with nothing done, and resume does it all', async ([kind, _call, match], context) => {
    const { change, goOn, strike, standings, carriers } = await open(carrier, sample.path, context);
    strike(kind, match, { times: ALWAYS });

    const ran = await change();
    const between = standings();
    carriers.faults.clear();
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, devices)], ran.stderr).toEqual([4, 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
    expect(ran.events.filter(({ type }) => type === 'gate')).toHaveLength(1);
    expect(between).toEqual(all(untouched(carrier, 'NEW')));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(standings()).toEqual(all(changed(carrier)));
  });

  test('a change that never arrives is sent twice, then it is UNKNOWN, and resume makes it once', async (context) => {
    const { change, goOn, strike, standing, carriers } = await open(carrier, sample.path, context);
    strike('reset-before', write, { iccid: first, times: 2 });

    const ran = await change([first]);
    const between = standing(first);
    const struck = carriers.faults.list();
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([9, 'UNKNOWN']);
    expect(between).toEqual({ ...untouched(carrier, 'PROCESSING'), inDoubt: 1 });
    expect(struck).toEqual([]);
    expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });

  test.for([
    ['was made', 'timeout-after'],
    ['is made long after the run', 'late-effect'],
  ] as const)('a change that %s and cannot be read back is UNKNOWN, and resume finds it', async ([_when, kind], context) => {
    const { change, goOn, strike, standing, quiet, carriers } = await open(carrier, sample.path, context);
    strike(kind, write, { iccid: first, seconds: TIMEOUT_SECONDS + 3 * SETTLE_SECONDS });
    const ran = await change(
      [first],
      carrier.plan,
      atFirstIntent(() => strike('503', readBack, { times: ALWAYS })),
    );
    const between = standing(first);
    carriers.faults.clear();
    await quiet();
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([9, 'UNKNOWN']);
    expect(between).toMatchObject({ recordedPlan: planBefore, change: 'PROCESSING', answers: 0, inDoubt: 1, audit: [] });
    expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });

  test('credentials refused while a lost answer is read back stop the provider; the row stays UNKNOWN', async (context) => {
    const { change, goOn, strike, standing, carriers } = await open(carrier, sample.path, context);
    strike('reset-after', write, { iccid: first });
    const ran = await change(
      [first],
      carrier.plan,
      atFirstIntent(() => strike('401', readBack, { times: ALWAYS })),
    );
    const refused = carriers.ledger.entries({ limit: ALWAYS }).filter(({ fault }) => fault === '401');
    carriers.faults.clear();
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([4, 'UNKNOWN']);
    expect(refused).toHaveLength(carrier.renewsToken === true ? 2 : 1);
    expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });

  test('Ctrl-C before the first device leaves all for resume', async (context) => {
    const { change, goOn, standings } = await open(carrier, sample.path, context);
    const ran = await change(devices, carrier.plan, { onEvent: ({ type }, interrupt) => (type === 'run.start' ? interrupt() : undefined) });
    const between = standings();
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, devices)], ran.stderr).toEqual([130, 'NOT_STARTED', 'NOT_STARTED', 'NOT_STARTED']);
    expect(between).toEqual(all(untouched(carrier, 'NEW')));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(standings()).toEqual(all(changed(carrier)));
  });

  test('Ctrl-C once finishes the device in progress', async (context) => {
    const { change, standing } = await open(carrier, sample.path, context);
    const ran = await change(
      [first],
      carrier.plan,
      atFirstIntent((interrupt) => interrupt()),
    );

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([130, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });

  test('Ctrl-C twice lets a change in flight go: UNKNOWN, and resume finds it made', async (context) => {
    const { change, goOn, strike, standing, carriers } = await open(carrier, sample.path, context);
    strike('timeout-after', write, { iccid: first });
    const twice = async (interrupt: () => void): Promise<void> => {
      interrupt();
      await vi.waitFor(() => expect(carriers.faults.list()).toEqual([]), { interval: 5 });
      interrupt();
    };

    const ran = await change([first], carrier.plan, atFirstIntent(twice));
    const resumed = await goOn('resume');

    expect([ran.code, ...statuses(ran, [first])], ran.stderr).toEqual([130, 'UNKNOWN']);
    expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  });
});
