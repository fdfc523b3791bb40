import { describe, expect, test, type TestContext } from 'vitest';

import { migrate } from '../../src/database/migrate.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import type { FleetState } from '../../src/sandbox/simulator/teal-fleet.ts';
import { teal } from '../carriers/teal.ts';
import { engines } from '../database/engines.ts';
import { pondIccid, runCli, testSandbox } from './cli.ts';
import type { RunHereOptions, SandboxHere } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

interface PondState {
  readonly packages: readonly { readonly simIccid: string; readonly packageTypeId: number; readonly status: string }[];
}

/** A sandbox of this test, with what a reconcile may not do: send anything but reads. */
async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const env = { POND_RATE: '1000', TEAL_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '0' };
  const change = (iccids: readonly string[], plan: string, options: RunHereOptions = {}) =>
    sandbox.run(['change-rate-plan', '--plan', plan, '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`)], {
      ...options,
      env: { ...env, ...options.env },
    });
  const reconcile = async (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) => {
    sandbox.carriers.isReadOnly = true;
    const ran = await sandbox.run(['reconcile', ...args], { env: { ...env, ...more } });
    sandbox.carriers.isReadOnly = false;
    expect(sandbox.carriers.ledger.summary().violations).toEqual([]);
    return { ...ran, drift: ran.events.filter(({ type }) => type === 'row.drift') };
  };
  return { ...sandbox, change, reconcile, resume: () => sandbox.run(['resume', 'last'], { env }), audit: () => audit(sandbox) };
}

function audit({ query }: SandboxHere) {
  return query<{ text: string; response: string }>(
    'SELECT LogEntryDescription AS text, ResponseText AS response FROM DeviceBulkChangeLog ORDER BY id',
  );
}

/** From the first answer that is lost on, POND cannot be read either: the row stays UNKNOWN. */
function thenSilent({ addFault }: SandboxHere): RunHereOptions {
  return {
    onEvent: ({ state }) => {
      if (state === 'failed') addFault({ service: 'pond', kind: '500', match: { method: 'GET' }, times: 1000 });
    },
  };
}

const plansOf = ({ query }: SandboxHere, ...iccids: readonly string[]) =>
  iccids.map((iccid) => query<{ RatePlan: string }>(`SELECT RatePlan FROM Device WHERE ICCID = '${iccid}'`)[0]?.RatePlan);

const statusOf = ({ query }: SandboxHere, iccid: string) =>
  query<{ Status: string }>(`SELECT Status FROM M2M_DeviceChange WHERE ICCID = '${iccid}' ORDER BY id DESC`)[0]?.Status;

describe('rows in doubt are settled, and nothing is sent', () => {
  const [device = '', other = ''] = [1, 2].map(pondIccid);

  test('what happened goes on; what is left of the row is not sent, and resume does it once', async (context) => {
    const world = await open(context);
    world.addFault({ service: 'pond', kind: 'reset-after', match: { path: '/addPackage' } });
    const ran = await world.change([device], 'POND-5GB', thenSilent(world));
    world.carriers.faults.clear();

    const reconciled = await world.reconcile();
    const between = [statusOf(world, device), ...plansOf(world, device)];
    const resumed = await world.resume();

    expect([ran.code, ran.rows.get(device)?.status], ran.stderr).toEqual([9, 'UNKNOWN']);
    expect([reconciled.code, reconciled.rows.get(device)?.status], reconciled.stderr).toEqual([9, 'UNKNOWN']);
    expect(reconciled.rows.get(device)?.message).toBe('"activate package" did not happen, and nothing is sent now');
    expect(between).toEqual(['PROCESSING', 'POND-1GB']);
    expect([resumed.code, resumed.rows.get(device)?.status], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(world.carriers.ledger.summary().effects).toEqual({ 'added package 105': 1, 'activated package': 1, 'terminated package': 1 });
    expect(world.audit()).toHaveLength(6);
  });

  test('what did not happen is NOT_STARTED again, and rows that were never begun stay so', async (context) => {
    const world = await open(context);
    world.addFault({ service: 'pond', kind: 'reset-before', match: { path: '/addPackage' }, times: 10 });
    const silent = thenSilent(world);
    const ran = await world.change([device, other], 'POND-5GB', {
      env: { POND_CONCURRENCY: '1' },
      onEvent: (event, interrupt) => {
        silent.onEvent?.(event, interrupt);
        if (event.state === 'failed') interrupt();
      },
    });
    world.carriers.faults.clear();

    const reconciled = await world.reconcile(['last']);
    const resumed = await world.resume();

    expect(ran.code, ran.stderr).toBe(130);
    expect([...ran.rows.values()].map(({ status }) => status)).toContain('UNKNOWN');
    expect([reconciled.code, reconciled.rows.get(device)?.status, reconciled.rows.get(other)?.status], reconciled.stderr).toEqual([
      6,
      'NOT_STARTED',
      'NOT_STARTED',
    ]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(world.carriers.ledger.summary().effects).toEqual({ 'added package 105': 2, 'activated package': 2, 'terminated package': 2 });
  });

  test('what the carrier accepted is looked at once: still under way, then done', async (context) => {
    const world = await open(context);
    const [first] = teal.devices;
    const { service } = world.carriers.services.get('teal') ?? {};
    if (service === undefined) throw new Error('The simulator has no Teal');
    const fleet = () => service.state() as FleetState;
    const load = (state: Partial<FleetState>) => service.load({ ...fleet(), ...state });
    load({ changeMs: 3_600_000 });
    const ran = await world.change([first], teal.plan, { env: { TEAL_DEADLINE_SECONDS: '1' } });

    const early = await world.reconcile();
    load({ changes: fleet().changes.map((each) => ({ ...each, dueAt: 0 })) });
    const late = await world.reconcile();
    const again = await world.reconcile();

    expect([ran.code, early.code, early.rows.get(first)?.status], early.stderr).toEqual([9, 9, 'ACCEPTED']);
    expect([late.code, late.rows.get(first)?.status], late.stderr).toEqual([0, 'APPLIED']);
    expect([plansOf(world, first), statusOf(world, first)]).toEqual([[teal.plan], 'PROCESSED']);
    expect(world.audit().map(({ text }) => text)).toEqual(teal.audit);
    expect(teal.planAt(world.carriers, first)).toBe(teal.plan);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Nothing is open')]);
  });

  test('everything that is open, of several runs: each tells its own rows', async (context) => {
    const world = await open(context);
    for (const iccid of [device, other]) {
      world.addFault({ service: 'pond', kind: 'reset-after', match: { path: '/addPackage' } });
      await world.change([iccid], 'POND-5GB', thenSilent(world));
      world.carriers.faults.clear();
    }

    const reconciled = await world.reconcile();

    expect(reconciled.code, reconciled.stderr).toBe(9);
    expect(reconciled.events.filter(({ type }) => type === 'run.end')).toHaveLength(2);
    expect([...reconciled.rows.keys()]).toEqual([device, other]);
  });
});

describe('drift between carrier, database and run', () => {
  const [behind = '', moved = '', both = '', archived = '', later = '', same = ''] = [1, 2, 3, 4, 5, 6].map(pondIccid);

  /** Six devices on POND-5GB by a run, and what others did to five of them since. */
  async function drifted(context: TestContext) {
    const world = await open(context);
    await world.change([behind, moved, both, archived, later, same], 'POND-5GB');
    const [bulkChange] = world.query<{ id: number }>('SELECT id FROM DeviceBulkChange');
    await world.change([later], 'POND-10GB');
    world.execute(`UPDATE Device SET RatePlan = 'POND-1GB', CarrierRatePlanId = 101 WHERE ICCID IN ('${behind}', '${both}')`);
    world.execute(`UPDATE Device SET IsActive = 0 WHERE ICCID = '${archived}'`);
    const pond = world.carriers.services.get('pond')?.service;
    const state = pond?.state() as PondState;
    const packages = state.packages.map((each) =>
      each.status === 'ACTIVE' && [moved, both].some((iccid) => iccid.startsWith(each.simIccid)) ? { ...each, packageTypeId: 110 } : each,
    );
    pond?.load({ ...state, packages });
    return { ...world, bulkChange: String(bulkChange?.id) };
  }

  test('is told, device by device, and only told; a device that a later run changed is that run’s matter', async (context) => {
    const world = await drifted(context);
    const before = world.audit();

    const { code, drift, stderr } = await world.reconcile([world.bulkChange]);

    expect(code, stderr).toBe(5);
    const at = (iccid: string) => drift.find((each) => each.iccid === iccid);
    expect(drift.map(({ iccid }) => iccid)).toEqual([behind, moved, both, archived]);
    expect(at(behind)).toMatchObject({ differs: 'database', fix: 'safe', carrier: { plan: 'POND-5GB' }, database: { plan: 'POND-1GB' } });
    expect(at(moved)).toMatchObject({ differs: 'carrier', fix: 'no', carrier: { plan: 'POND-10GB' }, database: { plan: 'POND-5GB' } });
    expect(at(both)).toMatchObject({ differs: 'both', fix: 'no' });
    expect(at(archived)).toMatchObject({ differs: 'database', fix: 'no', database: null });
    expect([plansOf(world, behind), world.audit()]).toEqual([['POND-1GB'], before]);
  });

  test('--fix writes what is safe, with history and audit, once; the rest stays as it is', async (context) => {
    const world = await drifted(context);
    const before = world.audit().length;

    const fixed = await world.reconcile([world.bulkChange, '--fix']);
    const again = await world.reconcile([world.bulkChange, '--fix']);

    expect([fixed.code, again.code], fixed.stderr).toEqual([5, 5]);
    expect(fixed.drift.map(({ iccid, fix }) => [iccid, fix])).toEqual([
      [behind, 'done'],
      [moved, 'no'],
      [both, 'no'],
      [archived, 'no'],
    ]);
    expect(again.drift.map(({ iccid }) => iccid)).toEqual([moved, both, archived]);
    expect(plansOf(world, behind, moved, both, later)).toEqual(['POND-5GB', 'POND-5GB', 'POND-1GB', 'POND-10GB']);
    expect(world.query(`SELECT CarrierRatePlanId FROM Device WHERE ICCID = '${behind}'`)).toEqual([{ CarrierRatePlanId: 102 }]);
    expect(world.audit().slice(before)).toEqual([
      {
        text: 'Carrier Rate Plan Change: AMOP Update',
        response: 'OK; reconcile: the carrier has POND-5GB, the database had POND-1GB',
      },
    ]);
    expect(
      world.query(
        `SELECT PreviousValue, CurrentValue, BulkChangeId FROM DeviceActionHistory WHERE ICCID = '${behind}' ORDER BY rowid DESC LIMIT 1`,
      ),
    ).toEqual([{ PreviousValue: 'POND-1GB', CurrentValue: 'POND-5GB', BulkChangeId: Number(world.bulkChange) }]);
  });

  test('a carrier that refuses to be asked is told once, and nothing is written', async (context) => {
    const world = await drifted(context);
    world.addFault({ service: 'pond', kind: '401', match: { method: 'GET' }, times: 1000 });

    const { code, drift } = await world.reconcile([world.bulkChange, '--fix'], { POND_CONCURRENCY: '1' });

    expect(code).toBe(4);
    expect(new Set(drift.map(({ differs }) => differs))).toEqual(new Set(['unread']));
    expect(plansOf(world, behind)).toEqual(['POND-1GB']);
  });

  test('who may not change the devices may look, and may not fix', async (context) => {
    const world = await drifted(context);
    const as = { POND_BULK_OPERATOR: 'readonly' };

    const looked = await world.reconcile([world.bulkChange], as);
    const fixed = await world.reconcile([world.bulkChange, '--fix'], as);

    expect([looked.code, fixed.code, plansOf(world, behind)]).toEqual([5, 4, ['POND-1GB']]);
  });
});

describe.each(engines)('reconcile on $name', ({ create }) => {
  test('a killed run is settled, told, and mended; nothing is sent', { timeout: 180_000 }, async ({ onTestFinished }) => {
    const made = await create();
    onTestFinished(() => made.remove());
    await migrate(made.db, { withOperatorSchema: true });
    await seedDatabase(made.db, sampleData());
    const world = await testSandbox();
    onTestFinished(() => world.remove());
    const [killed = '', done = ''] = [1, 2].map(pondIccid);
    const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      runCli([...args, '--yes', '--output', 'csv'], {
        env: { ...world.environment, DATABASE_URL: made.url, POND_RATE: '1000', SETTLE_SECONDS: '1', ...env },
      });
    const change = (iccid: string) => ['change-rate-plan', '--plan', 'POND-5GB', '--file', world.list('one.csv', `iccid\n${iccid}\n`)];
    await run(change(done));
    await made.db.execute(`UPDATE Device SET RatePlan = 'POND-1GB' WHERE ICCID = :done`, { done });
    // All is done at POND; the database knows nothing of it.
    const stopped = await run(change(killed), { POND_BULK_KILL_AT: 'before commit:1' });
    await world.client.readOnly(true);

    const settled = await run(['reconcile']);
    const fixed = await run(['reconcile', '1', '--fix']);

    expect(stopped.signal).toBe('SIGKILL');
    expect([settled.code, settled.stdout], settled.stderr).toEqual([0, expect.stringContaining(`${killed},APPLIED,,OK,,,`)]);
    expect([fixed.code, fixed.stdout], fixed.stderr).toEqual([
      0,
      expect.stringContaining(`${done},APPLIED,,OK,POND-5GB,POND-1GB,written to the database`),
    ]);
    expect(await made.db.query('SELECT RatePlan FROM Device WHERE id IN (1, 2)')).toEqual([
      { RatePlan: 'POND-5GB' },
      { RatePlan: 'POND-5GB' },
    ]);
    expect((await world.client.summary()).violations).toEqual([]);
  });
});
