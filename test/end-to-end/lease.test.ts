import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test, vi, type TestContext } from 'vitest';

import { atFirstIntent, open, statuses } from '../carriers/carrier-run.ts';
import { pond } from '../carriers/pond.ts';
import { changed, failed, untouched } from '../carriers/standing.ts';
import { teal } from '../carriers/teal.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { sampleDatabase } from './in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

/** Process 1 is always there. */
const SOMEBODY_ELSE = 1;

function holdAs(database: string, pid: number, host = hostname()): void {
  const db = new DatabaseSync(database, { timeout: 5000 });
  db.exec(`DELETE FROM pondbulk_lease;
    INSERT INTO pondbulk_lease (bulk_change_id, run_id, host, pid, heartbeat_at)
      SELECT bulk_change_id, 'another-run', '${host}', ${pid}, ${Date.now()} FROM pondbulk_run_bulk_change`);
  db.close();
}

function letGo(database: string): void {
  const db = new DatabaseSync(database, { timeout: 5000 });
  db.exec('DELETE FROM pondbulk_lease');
  db.close();
}

test.for(['resume', 'retry'] as const)(
  '%s of a bulk change that is being worked on: exit 7, named, and nothing is touched',
  async (how, context) => {
    const { change, goOn, strike, standing, database } = await open(pond, sample.path, context);
    const [first] = pond.devices;
    strike('400', pond.write, { iccid: first });
    await change([first]);
    const before = standing(first);
    holdAs(database, SOMEBODY_ELSE);

    const refused = await goOn(how);
    const after = standing(first);
    letGo(database);
    const retried = await goOn('retry');

    expect(refused.code, refused.stderr).toBe(7);
    expect(refused.stderr).toContain(`another-run (process ${SOMEBODY_ELSE} on ${hostname()}) is at work on bulk change`);
    expect(after).toEqual(before);
    expect(after).toEqual(untouched(pond, 'ERROR', [failed(pond.audit[0] ?? '')]));
    expect(retried.code, retried.stderr).toBe(0);
  },
);

/** The process stands still for longer than a lease, as a suspended one does, and another takes over meanwhile. */
async function suspendedAtFirstIntent(carrier: typeof pond, context: TestContext) {
  const world = await open(carrier, sample.path, context);
  const now = vi.spyOn(Date, 'now');
  context.onTestFinished(() => now.mockRestore());
  const [first] = carrier.devices;
  const ran = await world.change(
    [first],
    carrier.plan,
    atFirstIntent(() => {
      holdAs(world.database, SOMEBODY_ELSE);
      const wokenAt = performance.now();
      const later = Date.now() + 60_000;
      now.mockImplementation(() => later + performance.now() - wokenAt);
    }),
  );
  now.mockRestore();
  return { ...world, ran, first };
}

test.for([pond, thingSpace, teal])(
  '$integration: a run that was suspended while another took over sends and writes nothing more',
  async (carrier, context) => {
    const { ran, first, standing, goOn, database, carriers } = await suspendedAtFirstIntent(carrier, context);
    const between = standing(first);
    const writes = carriers.ledger.entries({ subject: carrier.subject(first), limit: 100 }).filter(({ effect }) => effect !== undefined);
    letGo(database);
    const resumed = await goOn('resume');

    expect(ran.code, ran.stderr).toBe(7);
    expect(ran.stderr).toContain('LEASE_LOST');
    expect(writes).toEqual([]);
    expect(between).toEqual({ ...untouched(carrier, 'PROCESSING'), inDoubt: 1 });
    expect([resumed.code, ...statuses(resumed, [first])], resumed.stderr).toEqual([0, 'APPLIED']);
    expect(standing(first)).toEqual(changed(carrier));
  },
);
