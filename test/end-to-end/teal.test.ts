import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi, type TestContext } from 'vitest';

import type { FleetState } from '../../src/sandbox/simulator/teal-fleet.ts';
import { atFirstIntent } from '../carriers/carrier-run.ts';
import { failed, standing, untouched } from '../carriers/standing.ts';
import { teal, tealIccid } from '../carriers/teal.ts';
import { sandboxes } from './sandboxes.ts';

// What sets Teal apart: changes that are queued, made later, or refused later, and calls for several devices.

const [first, second] = teal.devices;
const [API, DATABASE] = ['Teal Carrier Rate Plan: API.', 'Teal Carrier Rate Plan: Database.'];
/** Sample devices whose plan change is refused by its operation, or fails in the end. */
const RESTRICTED = tealIccid(39);
const FAILING = tealIccid(40);

const newSandbox = sandboxes();

/** A sandbox of this test: what can be done with its Teal, and seen of it. */
async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const service = sandbox.carriers.services.get('teal')?.service;
  if (service === undefined) throw new Error('The simulator has no Teal');
  const env = { TEAL_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
  return {
    ...sandbox,
    change: (iccids: readonly string[], args: readonly string[] = ['--plan', teal.plan], more: Readonly<Record<string, string>> = {}) =>
      sandbox.run(['change-rate-plan', ...args, '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`)], { env: { ...env, ...more } }),
    resume: () => sandbox.run(['resume', 'last'], { env }),
    fleet: () => service.state() as FleetState,
    load: (state: Partial<FleetState>) => service.load({ ...(service.state() as FleetState), ...state }),
    calls: (path: string) => sandbox.carriers.ledger.entries({ service: 'teal', limit: 1000 }).filter((entry) => entry.path === path),
    standing: (iccid: string) => standing(sandbox, teal, iccid),
    /** What the journal says of the steps of all rows: how each ended, and by which request id. */
    journal: () =>
      sandbox
        .query<{ data: string }>(`SELECT data FROM pondbulk_journal WHERE step = 'assign plan' ORDER BY id`)
        .map(({ data }) => JSON.parse(data) as { readonly ended?: string; readonly handle?: string }),
  };
}

test('a change is queued, ACCEPTED, asked for by its request id while it runs (102), and APPLIED in the same run', async (context) => {
  const { change, load, calls, journal, query, standing: of } = await open(context);
  load({ queueMs: 2000 });

  const ran = await change([first]);

  const [intent, accepted] = journal();
  expect([ran.code, ran.rows.get(first)?.status], ran.stderr).toEqual([0, 'APPLIED']);
  expect(ran.events.filter(({ type }) => type === 'row.result')).toHaveLength(1);
  expect(intent?.handle).toMatch(/^[0-9a-f]{32}$/);
  expect(accepted).toMatchObject({ ended: 'accepted', handle: intent?.handle });
  expect(calls('/esims/assign-plan')).toHaveLength(1);
  expect(calls('/operation-result').map(({ status }) => status)).toEqual(expect.arrayContaining([102, 200]));
  expect(of(first)).toMatchObject({ plan: teal.plan, recordedPlan: teal.plan, change: 'PROCESSED', audit: [API, DATABASE] });
  expect(query(`SELECT RequestText AS text FROM DeviceBulkChangeLog WHERE LogEntryDescription = '${API}'`)).toMatchObject([
    { text: expect.stringContaining(`/esims/assign-plan?requestId=${intent?.handle}`) },
  ]);
});

test('a PlanUuid with dashes in the database is sent as 32 hexadecimal digits, and is recognised afterwards', async (context) => {
  const { change, database, fleet, calls } = await open(context);
  const uuid = fleet().plans.find(({ name }) => name === teal.plan)?.uuid ?? '';
  const dashed = uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const db = new DatabaseSync(database, { timeout: 5000 });
  db.prepare('UPDATE JasperCarrierRatePlan SET PlanUuid = ? WHERE RatePlanCode = ?').run(` ${dashed} `, teal.plan);
  db.close();

  const changed = await change([first]);
  const again = await change([first]);

  expect(dashed).toHaveLength(36);
  expect(calls('/esims/assign-plan').map(({ body }) => body)).toEqual([{ entries: [expect.objectContaining({ planUuid: uuid })] }]);
  expect(
    [changed, again].map(({ rows }) => rows.get(first)?.status),
    changed.stderr,
  ).toEqual(['APPLIED', 'NOOP']);
});

test.for([
  ['refused by its operation', RESTRICTED, 'FLOW_RESTRICTED_ERROR: the eSIM is not online'],
  ['failed in the end', FAILING, 'Teal: the plan change failed'],
] as const)('a change that is %s is FAILED, in the words of the carrier, and the others go on', async ([_how, iccid, message], context) => {
  const { change, calls, standing: of } = await open(context);

  const ran = await change([iccid, first]);

  expect([ran.code, ran.rows.get(iccid)?.status, ran.rows.get(first)?.status], ran.stderr).toEqual([5, 'FAILED', 'APPLIED']);
  expect(ran.rows.get(iccid)?.error).toMatchObject({ class: 'carrier', message });
  expect(of(iccid)).toMatchObject({ plan: teal.planBefore, recordedPlan: teal.planBefore, change: 'ERROR', audit: [failed(API)] });
  expect(calls('/esims/assign-plan')).toHaveLength(2);
});

test('what is not done by the deadline stays ACCEPTED, and resume settles it without a second change', async (context) => {
  const { change, resume, load, fleet, calls, standing: of } = await open(context);
  load({ changeMs: 3_600_000 });

  const ran = await change([first, second], ['--plan', teal.plan], { TEAL_DEADLINE_SECONDS: '1' });
  const between = of(first);
  load({ changes: fleet().changes.map((each) => ({ ...each, dueAt: 0 })) });
  const resumed = await resume();

  expect([ran.code, ran.rows.get(first)?.status, ran.rows.get(second)?.status], ran.stderr).toEqual([9, 'ACCEPTED', 'ACCEPTED']);
  expect(between).toMatchObject({ recordedPlan: teal.planBefore, change: 'PROCESSING', inDoubt: 0, audit: [] });
  expect([resumed.code, resumed.rows.get(first)?.status, resumed.rows.get(second)?.status], resumed.stderr).toEqual([
    0,
    'APPLIED',
    'APPLIED',
  ]);
  expect(calls('/esims/assign-plan')).toHaveLength(2);
  expect(of(first)).toMatchObject({ plan: teal.plan, recordedPlan: teal.plan, change: 'PROCESSED', audit: [API, DATABASE] });
});

test('Ctrl-C twice while an accepted change is waited for leaves it ACCEPTED, and resume settles it', async (context) => {
  const { run, list, resume, load, fleet, calls } = await open(context);
  load({ changeMs: 3_600_000 });
  const file = list(`iccid\n${first}\n`);
  const letGoWhenAsked = async (interrupt: () => void): Promise<void> => {
    await vi.waitFor(() => expect(calls('/operation-result')).not.toEqual([]), { timeout: 10_000, interval: 5 });
    interrupt();
    interrupt();
  };

  const ran = await run(
    ['change-rate-plan', '--plan', teal.plan, '--file', file],
    atFirstIntent((interrupt) => letGoWhenAsked(interrupt)),
  );
  load({ changes: fleet().changes.map((each) => ({ ...each, dueAt: 0 })) });
  const resumed = await resume();

  expect([ran.code, ran.rows.get(first)?.status], ran.stderr).toEqual([130, 'ACCEPTED']);
  expect([resumed.code, resumed.rows.get(first)?.status], resumed.stderr).toEqual([0, 'APPLIED']);
  expect(calls('/esims/assign-plan')).toHaveLength(1);
});

describe('several EIDs in one call, where the provider allows it', () => {
  const TOGETHER = { TEAL_BATCH_SIZE: '40' };
  const willing = Array.from({ length: 12 }, (_, index) => tealIccid(index + 1));

  test('one call changes all, and its result is not asked for by each; one that is refused fails alone', async (context) => {
    const { change, calls, journal, fleet, standing: of } = await open(context);

    const ran = await change([...willing, RESTRICTED], ['--plan', teal.plan], TOGETHER);

    expect(ran.code, ran.stderr).toBe(5);
    expect(calls('/esims/assign-plan')).toHaveLength(1);
    expect(fleet().operations.map(({ entries }) => entries.length)).toEqual([13]);
    expect(calls('/operation-result').length).toBeLessThan(13);
    expect(new Set(journal().flatMap(({ ended, handle }) => (ended === undefined ? [handle] : []))).size).toBe(1);
    expect(ran.rows.get(RESTRICTED)).toMatchObject({ status: 'FAILED', error: { code: 'OPERATION_REFUSED' } });
    for (const iccid of willing) expect(of(iccid)).toMatchObject({ effects: teal.changedOnce, plan: teal.plan, audit: [API, DATABASE] });
  });

  test('after a lost answer each is read back for itself, and nothing is sent again', async (context) => {
    const { change, addFault, calls, standing: of } = await open(context);
    addFault({ service: 'teal', kind: 'reset-after', match: teal.write });

    const ran = await change(willing, ['--plan', teal.plan], TOGETHER);

    expect(ran.code, ran.stderr).toBe(0);
    expect(calls('/esims/assign-plan')).toHaveLength(1);
    for (const iccid of willing) expect(of(iccid)).toMatchObject({ effects: teal.changedOnce, change: 'PROCESSED' });
  });

  test('a call that is refused whole is made again in halves, by other request ids', async (context) => {
    const { change, addFault, calls, journal, fleet, standing: of } = await open(context);
    addFault({ service: 'teal', kind: '400', match: teal.write });

    const ran = await change(willing, ['--plan', teal.plan], TOGETHER);

    expect(ran.code, ran.stderr).toBe(0);
    expect(calls('/esims/assign-plan')).toHaveLength(3);
    expect(fleet().operations.map(({ entries }) => entries.length)).toEqual([6, 6]);
    expect(new Set(journal().flatMap(({ ended, handle }) => (ended === undefined ? [handle] : []))).size).toBe(3);
    for (const iccid of willing)
      expect(of(iccid)).toMatchObject({ effects: teal.changedOnce, change: 'PROCESSED', audit: [API, DATABASE] });
  });

  test('as many devices are in progress as calls need to be full', async (context) => {
    const { change, fleet } = await open(context);
    const all = Array.from({ length: 35 }, (_, index) => tealIccid(index + 1));

    const ran = await change(all, ['--plan', teal.plan], { TEAL_BATCH_SIZE: '35', TEAL_CONCURRENCY: '2' });

    expect(ran.code, ran.stderr).toBe(0);
    expect(fleet().operations.map(({ entries }) => entries.length)).toEqual([35]);
  });

  test('without the setting each device has a call of its own', async (context) => {
    const { change, fleet } = await open(context);

    const ran = await change([first, second]);

    expect(ran.code, ran.stderr).toBe(0);
    expect(fleet().operations.map(({ entries }) => entries.length)).toEqual([1, 1]);
  });
});

describe('what Teal cannot do is refused before anything is sent', () => {
  const NO_EID = [36, 37, 38].map(tealIccid);

  test('a device without an EID: absent, empty or blank', async (context) => {
    const { change, calls, standing: of } = await open(context);

    const ran = await change([...NO_EID, first]);

    expect([ran.code, ran.rows.get(first)?.status], ran.stderr).toEqual([5, 'APPLIED']);
    for (const iccid of NO_EID) {
      expect(ran.rows.get(iccid)).toMatchObject({
        status: 'REJECTED',
        message: `Device ${iccid} must have an EID`,
        error: { code: 'DEVICE_WITHOUT_EID' },
      });
      expect(of(iccid)).toMatchObject({ change: 'ERROR', audit: [failed('Carrier Rate Plan Change: Pre-flight Check')] });
    }
    expect(calls('/esims/assign-plan')).toHaveLength(1);
  });

  test.for([
    ['a plan without a PlanUuid', ['--plan', 'TEAL-NOUUID'], 5, "Rate plan 'TEAL-NOUUID' has no plan UUID"],
    ['a later date', ['--plan', 'TEAL-1GB', '--effective-date', '2999-01-01'], 5, 'Effective date is not supported by Teal'],
    ['a retired plan', ['--plan', 'TEAL-OLD'], 3, "Rate plan 'TEAL-OLD' does not exist"],
  ] as const)('%s', async ([_what, args, code, says], context) => {
    const { change, carriers, standing: of } = await open(context);

    const ran = await change([first], args);

    expect(ran.code, ran.stderr).toBe(code);
    expect(code === 3 ? ran.stderr : ran.rows.get(first)?.message).toContain(says);
    expect(carriers.ledger.summary().calls).toBe(0);
    expect(of(first)).toMatchObject({ ...untouched(teal, code === 3 ? '' : 'ERROR'), audit: expect.any(Array) });
  });

  test('without credentials', async (context) => {
    const { change, carriers } = await open(context);

    const ran = await change([first], ['--plan', teal.plan], { TEAL_API_SECRET: '' });

    expect([ran.code, ran.rows.get(first)?.message], ran.stderr).toEqual([4, 'Failed to get Teal authentication information']);
    expect(carriers.ledger.summary().calls).toBe(0);
  });
});

test('a dry run that asks the carrier reads, and changes nothing', async (context) => {
  const { change, carriers, calls, standing: of } = await open(context);
  carriers.isReadOnly = true;

  const ran = await change([first], ['--plan', teal.plan, '--dry-run', '--ask-carrier']);

  expect([ran.code, ran.rows.get(first)?.status], ran.stderr).toEqual([0, 'PLANNED']);
  expect(ran.rows.get(first)?.message).toMatch(/^at the carrier: 7ea1/);
  expect(calls('/esims/info')).toHaveLength(1);
  expect([carriers.ledger.summary().violations, of(first)]).toEqual([[], untouched(teal, '')]);
});
