import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { atFirstIntent, open, statuses } from '../carriers/carrier-run.ts';
import { pond } from '../carriers/pond.ts';
import { changed } from '../carriers/standing.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

/** Longer than three tries with their busy timeouts took before a database was waited for. */
const AWAY_MS = 5000;

/** Somebody else holds the whole database for a while. */
async function hold(database: string): Promise<void> {
  const db = new DatabaseSync(database, { timeout: 5000 });
  db.exec('BEGIN EXCLUSIVE');
  await sleep(AWAY_MS);
  db.exec('ROLLBACK');
  db.close();
}

test.for([pond, thingSpace])(
  'P8: $integration: a database that goes away while a change is under way is waited for, and nothing is lost or done twice',
  async (carrier, context) => {
    const { change, standings, database, violations } = await open(carrier, sample.path, context);
    const ran = await change(
      carrier.devices,
      carrier.plan,
      atFirstIntent(() => void hold(database)),
    );

    expect([ran.code, ...statuses(ran, carrier.devices)], ran.stderr).toEqual([0, 'APPLIED', 'APPLIED', 'APPLIED']);
    expect(ran.stderr).toContain('Warning: The database is not there; waiting for it for up to 60 s');
    expect(standings()).toEqual(carrier.devices.map(() => changed(carrier)));
    expect(violations()).toEqual([]);
  },
);
