import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { migrate } from '../../src/database/migrate.ts';
import { passesLuhn } from '../../src/domain/iccid.ts';
import { pondIccid } from '../../src/domain/pond-iccid.ts';
import { combined, type SampleRow } from '../../src/sandbox/sample/data.ts';
import { pondFleet, sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { engines, type TestDatabase } from '../database/engines.ts';

const { tables, pond, controlCenter, revio } = sampleData();

function rowsOf(table: string): readonly SampleRow[] {
  return tables[table] ?? [];
}

function iccidsOf(provider: number): readonly string[] {
  return rowsOf('Device').flatMap(({ ICCID, ServiceProviderId }) => (ServiceProviderId === provider ? [String(ICCID)] : []));
}

describe('sample data', () => {
  test('is the same every time', () => {
    expect(sampleData()).toEqual(sampleData());
    expect(pondFleet(10)).toEqual(pondFleet(10));
  });

  test.each([
    [1, 60],
    [2, 12],
    [3, 6],
    [4, 4],
    [5, 4],
    [6, 4],
    [7, 4],
    [21, 40],
    [22, 40],
  ])('provider %i has %i devices', (provider, count) => {
    expect(iccidsOf(provider)).toHaveLength(count);
  });

  test('ICCIDs of POND are 20 digits with a check digit, some 19, one 18', () => {
    const lengths = Map.groupBy(iccidsOf(1), ({ length }) => length);

    expect([18, 19, 20].map((length) => lengths.get(length)?.length)).toEqual([1, 11, 48]);
    expect(lengths.get(20)?.every(passesLuhn)).toBe(true);
    expect(iccidsOf(1).filter((iccid) => pondIccid(iccid) === null)).toHaveLength(1);
  });

  test('carriers and database agree about active packages and plans', () => {
    const active = (list: readonly { readonly packageId: string; readonly status: string }[]) =>
      list.flatMap(({ packageId, status }) => (status === 'ACTIVE' ? [packageId] : [])).toSorted();
    const known = rowsOf('POND_Package').map(({ PackageId, Status }) => ({ packageId: String(PackageId), status: String(Status) }));

    expect(active(known)).toEqual(active(pond.packages));
    expect(controlCenter.jasper.map(({ iccid, ratePlan }) => [iccid, ratePlan])).toEqual(
      rowsOf('Device').flatMap(({ ICCID, RatePlan, ServiceProviderId }) => (ServiceProviderId === 2 ? [[ICCID, RatePlan]] : [])),
    );
  });

  test('there is a SIM with two active packages, one with none, and one idle package known and one unknown', () => {
    const activeBySim = Map.groupBy(
      pond.packages.filter(({ status }) => status === 'ACTIVE'),
      ({ simIccid }) => simIccid,
    );
    const known = new Set(rowsOf('POND_Package').map(({ PackageId }) => PackageId));
    const idle = pond.packages.filter(({ status }) => status === 'NOT_ACTIVE');

    expect([...activeBySim.values()].filter(({ length }) => length === 2)).toHaveLength(1);
    expect(pond.sims.filter((sim) => !activeBySim.has(sim))).toHaveLength(1);
    expect(idle.map(({ packageId }) => known.has(packageId))).toEqual([true, false]);
  });

  test('a service line belongs to the customer of its device, in the database and at Rev.io', () => {
    const accountOf = new Map(rowsOf('Device_Tenant').map(({ DeviceId, AccountNumber }) => [DeviceId, AccountNumber]));
    const deviceOf = new Map(rowsOf('Device').map(({ id, MSISDN }) => [MSISDN, id]));
    const customerOf = new Map(rowsOf('RevCustomer').map(({ id, RevCustomerId }) => [id, RevCustomerId]));
    const accounts = revio.services.map(({ number }) => accountOf.get(deviceOf.get(number) ?? null));

    expect(accounts.filter((account) => account === '4712')).toHaveLength(1);
    expect(revio.services.map(({ customer_id }) => String(customer_id))).toEqual(accounts);
    expect(rowsOf('RevService').map(({ RevCustomerId }) => customerOf.get(RevCustomerId ?? null))).toEqual(accounts);
  });

  test('a fleet shares no ICCID, phone number or package with the sample', () => {
    const all = combined(sampleData(), pondFleet(1000));

    const devices = all.tables['Device'] ?? [];
    const distinct = (values: readonly unknown[]): number => new Set(values).size;
    expect(distinct(devices.map(({ ICCID }) => ICCID))).toBe(devices.length);
    expect(distinct(devices.map(({ MSISDN }) => MSISDN))).toBe(devices.length);
    expect(distinct(all.pond.packages.map(({ packageId }) => packageId))).toBe(all.pond.packages.length);
    expect(distinct(all.pond.sims)).toBe(all.pond.sims.length);
  });

  test('each device of a fleet has one active package of POND-1GB', () => {
    const fleet = pondFleet(100);

    expect(fleet.pond.packages.map(({ packageTypeId, status }) => [packageTypeId, status])).toEqual(
      Array.from({ length: 100 }, () => [101, 'ACTIVE']),
    );
    expect(fleet.pond.packages.map(({ simIccid }) => simIccid)).toEqual(fleet.pond.sims);
  });
});

describe.each(engines)('seeding $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
    await migrate(made.db, { withOperatorSchema: true });
  });

  afterEach(async () => {
    await made.remove();
  });

  test('every row of every table is there', async () => {
    await seedDatabase(made.db, combined(sampleData(), pondFleet(6000)));

    const counted = await made.db.query<{ devices: number; tenants: number; packages: number; users: number }>(`
      SELECT
        (SELECT COUNT(*) FROM Device) AS devices,
        (SELECT COUNT(*) FROM Device_Tenant) AS tenants,
        (SELECT COUNT(*) FROM POND_Package) AS packages,
        (SELECT COUNT(*) FROM UserServiceProvider) AS users`);
    expect(counted).toEqual([
      {
        devices: rowsOf('Device').length + 6000,
        tenants: rowsOf('Device_Tenant').length + 6000,
        packages: rowsOf('POND_Package').length + 6000,
        users: rowsOf('UserServiceProvider').length,
      },
    ]);
  });

  test('values come back as they were given', async () => {
    await seedDatabase(made.db, sampleData());

    const [product] = await made.db.query('SELECT Rate, Status, ActivatedDate FROM RevServiceProduct WHERE ServiceProductId = 7020');
    const [device] = await made.db.query('SELECT ICCID, RatePlan, IsActive FROM Device WHERE id = 51');
    expect(product).toMatchObject({ Rate: 4.99, Status: 'ACTIVE', ActivatedDate: '2025-01-15 08:00:00.000' });
    expect(device).toEqual({ ICCID: iccidsOf(1)[50], RatePlan: 'POND-1GB', IsActive: 0 });
  });

  test('all rows or none: a second time it refuses and leaves what is there', async () => {
    await seedDatabase(made.db, sampleData());

    await expect(seedDatabase(made.db, sampleData())).rejects.toThrow();

    expect(await made.db.query('SELECT COUNT(*) AS n FROM Device_Tenant')).toEqual([{ n: rowsOf('Device_Tenant').length }]);
  });
});
