import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openReadSession } from '../dist/session.js';
import { sqliteKnex } from '../dist/database/sqlite-client.js';
import { pondFleet } from '../dist/sandbox/sample-data.js';
import { validated } from './pipeline.js';
import { atLeast, atMost, opening, seededDatabase } from './setup.js';

const DEVICES = 100_000;
/** Taken in turn, so that a machine that is busy for a while slows all three. */
const ROUNDS = 3;

/** 100 000 ICCIDs validated, beside one query per ICCID and a join written by hand. */
export async function validation(folder) {
  const file = join(folder, 'validation.db');
  const fleet = pondFleet(DEVICES);
  await seededDatabase(file, fleet);
  const iccids = fleet.tables.Device.map(({ ICCID }) => ICCID);
  const list = join(folder, 'validation.csv');
  writeFileSync(list, `iccid\n${iccids.join('\n')}\n`);

  const rounds = { ours: [], single: [], byHand: [] };
  let told;
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.ours.push(
      await timed(async () => {
        told = await byPondBulk(file, list);
      }),
    );
    rounds.single.push(await timed(() => oneByOne(file, iccids)));
    rounds.byHand.push(await timed(() => byHand(file, iccids)));
  }
  const [ours, single, join_] = [median(rounds.ours), median(rounds.single), median(rounds.byHand)];
  console.log(
    `  pond-bulk ${seconds(ours)}, one query per ICCID ${seconds(single)}, hand-written join ${seconds(join_)}; ${told.statements} statements, ${told.valid} valid`,
  );
  return [atLeast('times faster than one knex query per ICCID', single / ours, 5), atMost('times the hand-written join', ours / join_, 3)];
}

async function byPondBulk(file, path) {
  const session = await openReadSession(opening({ DATABASE_URL: `sqlite:${file}`, POND_BULK_OPERATOR: 'sandbox' }));
  const { byStatus } = await validated(session, path);
  const statements = session.statements();
  await session.close();
  return { valid: byStatus.PLANNED, statements };
}

/** What a first version would do. */
async function oneByOne(file, iccids) {
  const handle = new DatabaseSync(file, { readOnly: true });
  const knex = sqliteKnex(handle);
  let valid = 0;
  for (const iccid of iccids) {
    const row = await knex('Device')
      .select(
        'Device.id',
        'Device.IsActive',
        'Device.IsDeleted',
        'Device.RatePlan',
        'ServiceProvider.WriteIsEnabled',
        'Device_Tenant.AccountNumber',
      )
      .join('ServiceProvider', 'ServiceProvider.id', 'Device.ServiceProviderId')
      .leftJoin('Device_Tenant', 'Device_Tenant.DeviceId', 'Device.id')
      .where('Device.ICCID', iccid)
      .first();
    if (row?.IsActive === 1 && row.IsDeleted === 0) valid += 1;
  }
  await knex.destroy();
  handle.close();
  return valid;
}

/** What an expert would write once, for this list and these rules: no report, no lines, no other change. */
function byHand(file, iccids) {
  const db = new DatabaseSync(file, { readOnly: true });
  db.exec('CREATE TEMP TABLE given (line INTEGER, iccid TEXT); BEGIN');
  const insert = db.prepare('INSERT INTO given VALUES (?, ?)');
  for (const [index, iccid] of iccids.entries()) insert.run(index + 2, iccid);
  db.exec('COMMIT; CREATE INDEX temp.given_iccid ON given (iccid)');
  let valid = 0;
  const rows = db.prepare(`
    SELECT given.line, given.iccid, Device.id, Device.IsActive, Device.IsDeleted, Device.RatePlan, Device.CommunicationPlan, Device.MSISDN, ServiceProvider.WriteIsEnabled,
      Device_Tenant.AccountNumber, Device_Tenant.SiteId, again.n
    FROM given
    LEFT JOIN (SELECT iccid, COUNT(*) AS n FROM given GROUP BY iccid) AS again ON again.iccid = given.iccid
    LEFT JOIN Device ON Device.ICCID = given.iccid
    LEFT JOIN ServiceProvider ON ServiceProvider.id = Device.ServiceProviderId
    LEFT JOIN Device_Tenant ON Device_Tenant.DeviceId = Device.id AND Device_Tenant.TenantId = 1 AND Device_Tenant.IsActive = 1
    ORDER BY given.line`);
  for (const row of rows.iterate()) if (row.IsActive === 1 && row.IsDeleted === 0 && row.n === 1) valid += 1;
  db.close();
  return valid;
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
