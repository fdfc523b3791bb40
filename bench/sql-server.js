import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { migrate } from '../dist/database/migrate.js';
import { openDatabase } from '../dist/database/open-database.js';
import { systemClock } from '../dist/domain/clock.js';
import { ensureSimulator } from '../dist/sandbox/ensure-simulator.js';
import { pondFleet, sampleData } from '../dist/sandbox/sample-data.js';
import { sandboxFolder } from '../dist/sandbox/sandbox-folder.js';
import { seedDatabase } from '../dist/sandbox/seed-database.js';
import { carrierEnvironment } from '../dist/sandbox/simulator/accounts.js';
import { simulatorClient } from '../dist/sandbox/simulator-client.js';
import { openWriteSession } from '../dist/session.js';
import { furtherAway } from './distance.js';
import { saved, validated, worked } from './pipeline.js';
import { atLeast, atMost, opening } from './setup.js';

/** Ten times as many devices as ICCIDs in the list. */
const ICCIDS = Number(process.env.POND_BULK_BENCH_ICCIDS ?? 100_000);
const COPIES = 9;
const SINGLE_QUERIES = 500;
/** Of a round trip to a server at another site. */
const DISTANCE_MS = 10;
const DEVICES_OF_RUN = Math.min(5000, ICCIDS);
const LATENCY_MS = 20;
const AT_ONCE = 20;

/** On the SQL Server of POND_BULK_TEST_SQLSERVER_URL, in a database of its own. */
export async function sqlServer(folder) {
  const serverUrl = process.env.POND_BULK_TEST_SQLSERVER_URL;
  if (serverUrl === undefined) {
    console.log('  skipped: POND_BULK_TEST_SQLSERVER_URL is not set');
    return [];
  }
  const name = `pb_bench_${process.pid}`;
  const server = await openDatabase(serverUrl);
  await server.execute(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    const fleet = await seeded(url.href);
    return [...(await setBased(folder, url.href, fleet)), ...(await overhead(folder, url.href))];
  } finally {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      // Closed sessions are gone a moment later.
      if (
        await server.execute(`DROP DATABASE ${name}`).then(
          () => true,
          () => false,
        )
      )
        break;
      await systemClock.sleep(200);
    }
    await server.close();
  }
}

async function seeded(url) {
  const db = await openDatabase(url);
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, sampleData());
  const fleet = pondFleet(ICCIDS);
  await seedDatabase(db, { tables: { Device: fleet.tables.Device, Device_Tenant: fleet.tables.Device_Tenant } });
  for (let copy = 1; copy <= COPIES; copy += 1) {
    const shift = copy * 10_000_000;
    await db.execute(`
      INSERT INTO Device (id, ServiceProviderId, ICCID, MSISDN, DeviceStatusId, Status, CarrierRatePlanId, RatePlan, IsActive, IsDeleted)
      SELECT id + ${shift}, ServiceProviderId, CONCAT('${copy}', ICCID), MSISDN, DeviceStatusId, Status, CarrierRatePlanId, RatePlan, IsActive, IsDeleted
      FROM Device WHERE id >= 100000 AND id < 10000000`);
    await db.execute(`
      INSERT INTO Device_Tenant (DeviceId, TenantId, AccountNumber, SiteId, IsActive, IsDeleted)
      SELECT DeviceId + ${shift}, TenantId, AccountNumber, SiteId, IsActive, IsDeleted
      FROM Device_Tenant WHERE DeviceId >= 100000 AND DeviceId < 10000000`);
  }
  await db.close();
  return fleet;
}

/** Validation and save of a whole list, beside one query per ICCID: on the same machine, and with the server at another site. */
async function setBased(folder, url, fleet) {
  const iccids = fleet.tables.Device.map(({ ICCID }) => ICCID);
  const list = join(folder, 'sql-server.csv');
  writeFileSync(list, `iccid\n${iccids.join('\n')}\n`);
  const far = await furtherAway(url, DISTANCE_MS);
  try {
    const near = await besideOneByOne(url, list, iccids);
    await clean(url);
    const away = await besideOneByOne(far.url, list, iccids);
    await clean(url);
    return [
      atLeast('times faster than one query per ICCID', near, 50),
      atLeast(`times faster than one query per ICCID, server ${DISTANCE_MS} ms away`, away, 50),
    ];
  } finally {
    await far.close();
  }
}

/** How many times faster a whole list is. The loop is measured first, and nobody holds the devices then; it does a sample of them. */
async function besideOneByOne(url, list, iccids) {
  const each = await oneByOne(url, iccids.slice(0, SINGLE_QUERIES));
  const session = await openWriteSession(opening({ DATABASE_URL: url, POND_BULK_OPERATOR: 'sandbox' }));
  const startedAt = performance.now();
  const validation = await validated(session, list);
  const validatedAt = performance.now();
  const statements = session.statements();
  await saved(session, validation);
  const ms = performance.now() - startedAt;
  const saves = session.statements() - statements;
  await session.close();
  console.log(
    `  ${iccids.length} ICCIDs against ${iccids.length * (COPIES + 1)} devices: validated in ${seconds(validatedAt - startedAt)} and ${statements} statements, saved in ${seconds(startedAt + ms - validatedAt)} and ${saves}; ${validation.byStatus.PLANNED} valid`,
  );
  const times = (perIccid) => (perIccid * iccids.length) / ms;
  console.log(
    `  one query per ICCID takes ${each.find.toFixed(2)} ms; with an INSERT for each, as a loop would save them, ${(each.find + each.insert).toFixed(2)}: ${times(each.find + each.insert).toFixed(1)} times as long`,
  );
  return times(each.find);
}

/** The least that a loop can ask. */
const FIND = `
  SELECT Device.id, Device.IsActive, Device.IsDeleted, Device.RatePlan, ServiceProvider.WriteIsEnabled, Device_Tenant.AccountNumber
  FROM Device JOIN ServiceProvider ON ServiceProvider.id = Device.ServiceProviderId
  LEFT JOIN Device_Tenant ON Device_Tenant.DeviceId = Device.id
  WHERE Device.ICCID = :iccid`;

const INSERT = `
  INSERT INTO M2M_DeviceChange (BulkChangeId, ICCID, IsProcessed, HasErrors, Status, CreatedBy, CreatedDate, IsActive, IsDeleted)
  VALUES (0, :iccid, 0, 0, 'NEW', 'bench', :at, 1, 0)`;

/** Milliseconds per ICCID of each statement. */
async function oneByOne(url, iccids) {
  const db = await openDatabase(url);
  const each = async (send) => {
    await send(iccids[0]);
    const startedAt = performance.now();
    for (const iccid of iccids) await send(iccid);
    return (performance.now() - startedAt) / iccids.length;
  };
  const find = await each((iccid) => db.query(FIND, { iccid }));
  const insert = await each((iccid) => db.execute(INSERT, { iccid, at: new Date() }));
  await db.execute('DELETE FROM M2M_DeviceChange WHERE BulkChangeId = 0');
  await db.close();
  return { find, insert };
}

/** What journal and audit add to a run: the same run with a store that keeps nothing of them. */
async function overhead(folder, url) {
  const fleet = pondFleet(DEVICES_OF_RUN);
  const list = join(folder, 'sql-server-run.csv');
  writeFileSync(list, `iccid\n${fleet.tables.Device.map(({ ICCID }) => ICCID).join('\n')}\n`);
  const { port } = await ensureSimulator(sandboxFolder(join(folder, 'simulator-sql-server')));
  const carrier = simulatorClient(port);
  try {
    const environment = {
      ...carrierEnvironment(port),
      DATABASE_URL: url,
      POND_BULK_OPERATOR: 'sandbox',
      POND_CONCURRENCY: String(AT_ONCE),
      POND_RATE: '1000000',
      PAGE_SIZE: '500',
    };
    const run = async (overrides) => {
      await clean(url);
      await carrier.reset();
      await carrier.load({
        pond: { packageTypes: [{ packageTypeId: 105, name: 'POND-5GB' }], sims: fleet.pond.sims, packages: fleet.pond.packages },
      });
      await carrier.latency('pond', LATENCY_MS);
      const session = await openWriteSession(opening(environment));
      await saved(session, await validated(session, list));
      const startedAt = performance.now();
      await worked(session, overrides(session));
      const ms = performance.now() - startedAt;
      await session.close();
      const { effects } = await carrier.summary();
      if (effects['added package 105'] !== DEVICES_OF_RUN) throw new Error(`Not every device was changed: ${JSON.stringify(effects)}`);
      return ms;
    };
    const bare = await run(({ store }) => ({
      store: { ...store, append: async () => undefined, commit: async () => undefined },
    }));
    const whole = await run(() => ({}));
    console.log(`  ${DEVICES_OF_RUN} devices: ${seconds(whole)}, without journal, verdicts and audit ${seconds(bare)}`);
    return [atMost('% of the run is journal and audit', (100 * (whole - bare)) / whole, 15, ' %')];
  } finally {
    await carrier.stop();
  }
}

async function clean(url) {
  const db = await openDatabase(url);
  for (const table of ['journal', 'change_row', 'run_bulk_change', 'run', 'lease', 'account_turn'])
    await db.execute(`DELETE FROM pondbulk.${table}`);
  // Open bulk changes would hold their devices.
  for (const table of ['DeviceBulkChangeLog', 'M2M_DeviceChange', 'DeviceBulkChange']) await db.execute(`DELETE FROM ${table}`);
  await db.close();
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
