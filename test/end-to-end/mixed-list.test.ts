import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi, type TestContext } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { UNDER_TEST } from '../carriers/under-test.ts';
import { expectGolden } from '../golden.ts';
import { testSandbox } from './cli.ts';
import type { RanHere, ToldEvent } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';
import { auditOf, MIXED, mixedList, recordedPlan, type MixedDevice } from './mixed-list.ts';

// A list of all nine integrations: rows go to the provider of their device, and a provider that stops holds up no other.

vi.setConfig({ testTimeout: 60_000 });

const HERE_ENV = {
  ...Object.fromEntries(CARRIERS.map(({ prefix }) => [`${prefix}_RATE`, '1000'])),
  SETTLE_SECONDS: '1',
  RETRY_MAX_COUNT: '1',
};

/** Above it there would be a warning. */
const BILLING_PACE = { REVIO_RATE: '8' };

const newSandbox = sandboxes();

test('one command plans, changes and explains a list of all nine integrations', async ({ onTestFinished }) => {
  const sandbox = await testSandbox();
  onTestFinished(() => sandbox.remove());
  const command = ['change-rate-plan', '--file', sandbox.list('mixed.csv', mixedList())];

  const planned = await sandbox.run([...command, '--dry-run'], { env: BILLING_PACE });
  const callsOfPlan = (await sandbox.client.summary()).calls;
  const ran = await sandbox.run(command, { env: BILLING_PACE });

  expect([planned.code, callsOfPlan], planned.stderr).toEqual([0, 0]);
  expectGolden('mixed-list-plan.txt', stable(planned.stdout));
  expect(ran.code, ran.stderr).toBe(0);
  expectGolden('mixed-list.txt', stable(ran.stdout));
  for (const device of MIXED) {
    expect([device.integration, auditOf(sandbox.query, device), recordedPlan(sandbox.query, device)]).toEqual([
      device.integration,
      device.audit,
      device.plan,
    ]);
  }
  expect((await sandbox.client.summary()).violations).toEqual([]);
  expect(sandbox.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: CARRIERS.length }]);
  for (const { iccid, number, planBefore, plan, audit } of MIXED.filter((_, index) => index % 2 === 0)) {
    const { code, stdout } = await sandbox.run(['explain', number ?? iccid]);
    expect(code, stdout).toBe(0);
    for (const part of [`${planBefore} -> ${plan}`, ...audit]) expect(stdout).toContain(part);
  }
});

/** Without what differs from run to run. */
function stable(table: string): string {
  return table
    .replaceAll(/\(\d+\.\d s(, [\d.]+\/s)?\)/g, '(… s)')
    .replaceAll(/\(run [\w-]+\)/g, '(run …)')
    .replaceAll(/--file \S+/g, '--file mixed.csv')
    .replaceAll(/ --sandbox-dir \S+/g, '');
}

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    go: (args: readonly string[], env: Readonly<Record<string, string>> = {}) => sandbox.run(args, { env: { ...HERE_ENV, ...env } }),
    change: (
      args: readonly string[] = [],
      env: Readonly<Record<string, string>> = {},
      devices: readonly MixedDevice[] = MIXED,
      onEvent: (event: ToldEvent) => void = () => undefined,
    ) => sandbox.run(['change-rate-plan', '--file', sandbox.list(mixedList(devices)), ...args], { env: { ...HERE_ENV, ...env }, onEvent }),
    allowWrites: (integration: string, isAllowed: boolean) => {
      const db = new DatabaseSync(sandbox.database, { timeout: 5000 });
      db.exec(
        `UPDATE ServiceProvider SET WriteIsEnabled = ${isAllowed ? 1 : 0} WHERE IntegrationId = (SELECT id FROM Integration WHERE Name = '${integration}')`,
      );
      db.close();
    },
    /** Plans that devices have at carriers that can be asked. */
    atCarriers: () =>
      MIXED.flatMap(({ iccid, integration }) => {
        const carrier = UNDER_TEST.find((each) => each.integration === integration);
        return carrier === undefined ? [] : [carrier.planAt(sandbox.carriers, iccid)];
      }),
    recorded: () => MIXED.map((device) => recordedPlan(sandbox.query, device)),
    effectsTwice: () =>
      Object.values(sandbox.carriers.ledger.summary().bySubject).filter((effects) => Object.values(effects).some((n) => n > 1)),
  };
}

/** Statuses of the devices of an integration, each once. */
function statusesOf({ rows }: RanHere, integration: string, devices: readonly MixedDevice[] = MIXED): readonly string[] {
  const mine = devices.filter((each) => each.integration === integration);
  return [...new Set(mine.map(({ iccid }) => rows.get(iccid)?.status ?? 'no result'))].toSorted();
}

const allOf = (status: string) => Object.fromEntries(CARRIERS.map(({ integration }) => [integration, [status]]));

function standing(ran: RanHere, devices: readonly MixedDevice[] = MIXED): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(CARRIERS.map(({ integration }) => [integration, statusesOf(ran, integration, devices)]));
}

const gatesOf = ({ events }: RanHere): readonly ToldEvent[] => events.filter(({ type }) => type === 'gate');

describe('a provider that stops holds up no other', () => {
  /** As many devices of Jasper as a gate needs to leave some over. */
  const JASPER: readonly MixedDevice[] = Array.from({ length: 12 }, (_, index) => index + 1).flatMap((n) =>
    MIXED.filter(({ integration }) => integration === 'Jasper')
      .slice(0, 1)
      .map((device) => ({ ...device, iccid: withCheckDigit(`8901170200${String(n).padStart(9, '0')}`) })),
  );
  const DEVICES = [...MIXED.filter(({ integration }) => integration !== 'Jasper'), ...JASPER];

  test('wrong credentials, none at all, writes disabled, a gate and a device that is refused at once: exit 4; mended, resume, retry and the list again finish it', async (context) => {
    const { change, go, allowWrites, addFault, carriers, effectsTwice } = await open(context);
    const wrong = { TMOBILEJASPER_API_KEY: 'wrong', POD19_API_KEY: '' };
    allowWrites('Rogers', false);
    addFault({ service: 'jasper', kind: '400', match: { method: 'PUT' }, times: 1000 });

    const ran = await change(['--abort-after', '1'], wrong, DEVICES);
    carriers.faults.clear();
    allowWrites('Rogers', true);
    const resumed = await go(['resume', 'last']);
    const retried = await go(['retry', 'last']);
    const again = await change([], {}, DEVICES);

    expect([ran.code, standing(ran, DEVICES)], ran.stderr).toEqual([
      4,
      {
        ...allOf('APPLIED'),
        Jasper: ['FAILED', 'NOT_STARTED'],
        TMobileJasper: ['NOT_STARTED'],
        POD19: ['REJECTED'],
        Rogers: ['REJECTED'],
      },
    ]);
    expect(new Set(gatesOf(ran).map(({ provider, rule }) => `${provider}: ${rule}`))).toEqual(
      new Set(['Jasper Sandbox: abort-after', 'TMobile Sandbox: auth']),
    );
    const texts = new Map(DEVICES.map(({ integration, iccid }) => [integration, ran.rows.get(iccid)?.message]));
    expect([texts.get('POD19'), texts.get('Rogers')]).toEqual([
      'Failed to get POD19 authentication information',
      'Writes disabled for this service provider',
    ]);
    const refused = { POD19: ['REJECTED'], Rogers: ['REJECTED'] };
    expect([resumed.code, standing(resumed, DEVICES)], resumed.stderr).toEqual([
      // Of those refused rows, as long as they are there.
      4,
      { ...allOf('APPLIED'), Jasper: ['APPLIED', 'FAILED'], ...refused },
    ]);
    expect([retried.code, standing(retried, DEVICES)], retried.stderr).toEqual([4, { ...allOf('APPLIED'), ...refused }]);
    expect([again.code, standing(again, DEVICES)], again.stderr).toEqual([
      0,
      { ...allOf('NOOP'), POD19: ['APPLIED'], Rogers: ['APPLIED'] },
    ]);
    expect(effectsTwice()).toEqual([]);
  });

  test.for([
    ['credentials before an answer that is lost', 4, { TMOBILEJASPER_API_KEY: 'wrong' }, 'reset-before'],
    ['an answer that is lost before a gate', 9, {}, 'reset-before'],
    ['a gate before a row that failed', 6, {}, '400'],
  ] as const)('the exit code names the worst: %s', async ([_name, code, env, kind], context) => {
    const { change, addFault } = await open(context);
    addFault({ service: 'jasper', kind: '400', match: { method: 'PUT' }, times: 1000 });
    addFault({ service: 'telegence', kind, match: { method: 'PATCH' }, times: 1000 });

    const ran = await change(['--abort-after', '1'], env, DEVICES);

    expect(ran.code, ran.stderr).toBe(code);
    expect(statusesOf(ran, 'Jasper', DEVICES)).toEqual(['FAILED', 'NOT_STARTED']);
    expect(statusesOf(ran, 'Pond')).toEqual(['APPLIED']);
  });

  test('a carrier that is over its limit makes its own devices wait, while all others are finished', async (context) => {
    const { change, addFault, carriers } = await open(context);
    addFault({ service: 'jasper', kind: '429', match: { method: 'GET' }, times: 1000, seconds: 0.2 });
    const others = new Set(MIXED.filter(({ integration }) => integration !== 'Jasper').map(({ iccid }) => iccid));

    const ran = await change([], {}, MIXED, ({ type, iccid }) => {
      if (type === 'row.result') others.delete(iccid ?? '');
      if (others.size === 0) carriers.faults.clear();
    });

    expect([ran.code, standing(ran)], ran.stderr).toEqual([0, allOf('APPLIED')]);
    expect(new Set(ran.events.filter(({ type }) => type === 'throttle').map(({ account }) => account))).toEqual(new Set(['Jasper']));
  });
});

test('waves begin with a row of each provider, read back where the carrier can be asked', async (context) => {
  const { change } = await open(context);

  const ran = await change(['--waves', `${CARRIERS.length},100%`]);

  const first = ran.events.slice(
    0,
    ran.events.findIndex(({ type }) => type === 'gate'),
  );
  expect([ran.code, standing(ran)], ran.stderr).toEqual([0, allOf('APPLIED')]);
  expect(gatesOf(ran).map(({ message }) => message)).toEqual([
    'Wave 1 of 2 is done: 9 rows, 0 failed, 8 read back as wanted, 1 cannot be read back',
  ]);
  expect(new Set(first.filter(({ type }) => type === 'row.result').map(({ provider }) => provider)).size).toBe(CARRIERS.length);
});

test('rollback gives every device its plan back, and reconcile finds no drift before and after', async (context) => {
  const { change, go, atCarriers, recorded } = await open(context);
  await change();

  const between = await go(['reconcile', 'last']);
  const [plans, atCarrier] = [recorded(), atCarriers()];
  const undone = await go(['rollback', 'last']);
  const after = await go(['reconcile', 'last']);

  expect([plans, atCarrier]).toEqual([MIXED.map(({ plan }) => plan), asked().map(({ plan }) => plan)]);
  expect([undone.code, standing(undone)], undone.stderr).toEqual([0, allOf('APPLIED')]);
  expect([recorded(), atCarriers()]).toEqual([MIXED.map(({ planBefore }) => planBefore), asked().map(({ planBefore }) => planBefore)]);
  for (const { code, events, stderr } of [between, after]) {
    expect([code, events.filter(({ type }) => type === 'row.drift')], stderr).toEqual([0, []]);
  }
});

/** Devices whose carrier can be asked. */
function asked(): readonly MixedDevice[] {
  return MIXED.filter(({ integration }) => integration !== 'eBonding');
}
