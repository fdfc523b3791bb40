import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { pond } from '../carriers/pond.ts';
import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere, type RanHere, type SandboxHere } from '../end-to-end/in-process.ts';
import { cuttingProxy, type CuttingProxy } from './cutting-proxy.ts';
import { randomOf, SEED } from './random.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const sqlServer = engines.find(({ name }) => name === 'SQL Server');
const DEVICES = 5;
/** The step that terminates a package is named after it. */
const PACKAGE_ID = / [0-9a-f-]{36}$/;
const random = randomOf(SEED);
/** Where in a run it strikes, as a part of the packets of an unbroken one; how long the server is away; whether it got the last packet. */
const cuts = Array.from({ length: 6 }, (_, index) => ({
  first: 1 + DEVICES * (index + 2),
  part: random.int(5, 90) / 100,
  awayMs: index === 0 ? 20_000 : random.int(0, 4000),
  delivered: random.int(0, 1) === 1,
}));

describe.skipIf(sqlServer === undefined)('P8 on SQL Server: a server that goes away', () => {
  let made: TestDatabase;
  let sample: Awaited<ReturnType<typeof sampleDatabase>>;
  let sandbox: SandboxHere;
  let proxy: CuttingProxy;
  let url: string;
  let unbroken: number;

  const devicesFrom = (first: number): readonly string[] => Array.from({ length: DEVICES }, (_, index) => pondIccid(first + index));
  const run = (args: readonly string[]): Promise<RanHere> =>
    sandbox.run(args, { env: { DATABASE_URL: url, POND_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '2' } });
  const change = (iccids: readonly string[]): Promise<RanHere> =>
    run(['change-rate-plan', '--plan', pond.plan, '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`)]);

  /** Of an unbroken run. */
  const packetsOf = async (iccids: readonly string[]): Promise<number> => {
    const before = proxy.sent;
    const ran = await change(iccids);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return proxy.sent - before;
  };

  beforeAll(async () => {
    if (sqlServer === undefined) throw new Error('skipped where there is no SQL Server');
    made = await sampleOn(sqlServer.create);
    sample = await sampleDatabase();
    sandbox = await sandboxHere(sample.path);
    const server = new URL(made.url);
    proxy = await cuttingProxy(server.hostname, Number(server.port || 1433));
    server.port = String(proxy.port);
    server.hostname = '127.0.0.1';
    url = server.href;
    // The first is slower, with more heartbeats: a cut at a part of it might come after the end of a later one.
    await packetsOf(devicesFrom(1));
    unbroken = await packetsOf(devicesFrom(1 + DEVICES));
  });

  afterAll(async () => {
    await proxy.close();
    await sandbox.remove();
    sample.remove();
    await made.remove();
  });

  /** How a device stands at the carrier, in the operator's database, in the journal and in the audit. */
  const standing = async (iccid: string) => {
    const [device] = await made.db.query<{ id: number; RatePlan: string }>('SELECT id, RatePlan FROM Device WHERE ICCID = :iccid', {
      iccid,
    });
    const changes = await made.db.query<{ id: number; Status: string }>('SELECT id, Status FROM M2M_DeviceChange WHERE ICCID = :iccid', {
      iccid,
    });
    const audit = await made.db.query<{ text: string }>(
      `SELECT log.LogEntryDescription AS text FROM DeviceBulkChangeLog AS log JOIN M2M_DeviceChange AS mine ON mine.id = log.M2MDeviceChangeId
       WHERE mine.ICCID = :iccid ORDER BY log.id`,
      { iccid },
    );
    const rows = await made.db.query<{ status: string }>('SELECT status FROM pondbulk.change_row WHERE iccid = :iccid', { iccid });
    const journal = await made.db.query<{ step: string; n: number; data: string }>(
      `SELECT entry.step, entry.n, entry.data FROM pondbulk.journal AS entry JOIN pondbulk.change_row AS mine ON mine.id = entry.row_id
       WHERE mine.iccid = :iccid AND entry.kind = 'answer' ORDER BY entry.n`,
      { iccid },
    );
    // An append whose commit came after it was looked for is there twice; readers of the journal take the first.
    const answers = journal.filter(({ n }, index) => journal[index - 1]?.n !== n);
    const packages = await made.db.query<{ Status: string }>(
      'SELECT Status FROM POND_Package WHERE ICCID = :iccid AND PackageTypeId = 105',
      { iccid },
    );
    const history = await made.db.query('SELECT CurrentValue FROM DeviceActionHistory WHERE ICCID = :iccid', { iccid });
    return {
      effects: sandbox.carriers.ledger.summary().bySubject[pond.subject(iccid)] ?? {},
      plan: pond.planAt(sandbox.carriers, iccid),
      recordedPlan: device?.RatePlan,
      changes: changes.map(({ Status }) => Status),
      rows: rows.map(({ status }) => status),
      audit: audit.map(({ text }) => text).toSorted(),
      done: answers
        .filter(({ data }) => (JSON.parse(data) as { ended?: string }).ended === 'done')
        .map(({ step }) => step.replace(PACKAGE_ID, '')),
      packages: packages.map(({ Status }) => Status),
      history,
    };
  };

  test.each(cuts)(
    `cut at $part of a run for $awayMs ms, last packet delivered: $delivered: the run waits, or stops and is resumed; nothing is lost or doubled (seed ${SEED})`,
    async ({ first, part, awayMs, delivered }) => {
      const iccids = devicesFrom(first);
      const cutsBefore = proxy.cuts;
      proxy.cutAt(Math.max(1, Math.round(part * unbroken)), awayMs, delivered);

      const broken = await change(iccids);
      const isSaved =
        (await made.db.query('SELECT id FROM pondbulk.change_row WHERE iccid = :iccid', { iccid: iccids[0] ?? '' })).length > 0;
      await vi.waitFor(() => expect([proxy.open, proxy.isAway]).toEqual([0, false]), { timeout: 30_000 });
      const ended = broken.code === 0 ? broken : await (isSaved ? run(['resume', 'last']) : change(iccids));

      expect(proxy.cuts).toBe(cutsBefore + 1);
      expect([0, 1], broken.stderr).toContain(broken.code);
      expect(broken.stderr).not.toContain('Unexpected error');
      expect(ended.code, `${broken.stderr}\n${ended.stderr}`).toBe(0);
      const whole = await standing(pondIccid(1));
      expect(whole.effects).toEqual(pond.changedOnce);
      for (const iccid of iccids) expect(await standing(iccid), broken.stderr).toEqual(whole);
    },
  );
});
