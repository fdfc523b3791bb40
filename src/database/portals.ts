import type { Portal } from '../domain/effect.ts';
import type { Database, Queries } from './database.ts';
import { ownTable } from './own-schema.ts';

/** Where a portal of the operator keeps its things. */
export interface PortalTables {
  readonly device: string;
  readonly tenant: string;
  /** Column of `tenant` that points to `device`. */
  readonly tenantKey: string;
  readonly change: string;
  /** Columns of `change` that hold its phone number. */
  readonly changeNumbers: readonly string[];
  /** Column of DeviceActionHistory that points to `device`. */
  readonly historyKey: string;
}

/** The tables of each portal, and their columns that are named after it. */
export const PORTAL_TABLES: Readonly<Record<Portal, PortalTables>> = {
  M2M: {
    device: 'Device',
    tenant: 'Device_Tenant',
    tenantKey: 'DeviceId',
    change: 'M2M_DeviceChange',
    changeNumbers: ['MSISDN'],
    historyKey: 'M2MDeviceId',
  },
  Mobility: {
    device: 'MobilityDevice',
    tenant: 'MobilityDevice_Tenant',
    tenantKey: 'MobilityDeviceId',
    change: 'Mobility_DeviceChange',
    changeNumbers: ['MSISDN', 'SubscriberNumber'],
    historyKey: 'MobilityDeviceId',
  },
};

/** Both portals. */
export const PORTALS = Object.keys(PORTAL_TABLES) as readonly Portal[];

/** Integration.PortalTypeId of each portal. */
export type PortalTypes = Readonly<Record<Portal, number>>;

/** What differs between installations, as the live database has it (contracts/database.md). */
export interface LiveNames {
  /** Columns of DeviceBulkChangeLog that point to a device change: some write M2M_DeviceChangeId. */
  readonly logKey: Readonly<Record<Portal, string>>;
  /** Whether the tenant's row of a device holds its carrier plan too. */
  readonly hasTenantPlan: Readonly<Record<Portal, boolean>>;
}

/** Asks the live tables for the names that differ between installations. */
export async function findLiveNames(db: Queries): Promise<LiveNames> {
  const hasPlan = async (portal: Portal): Promise<boolean> =>
    (await columnsOf(db, PORTAL_TABLES[portal].tenant)).some((name) => name.toLowerCase() === 'carrierrateplanid');
  return {
    logKey: await findLogKeys(db),
    hasTenantPlan: { M2M: await hasPlan('M2M'), Mobility: await hasPlan('Mobility') },
  };
}

/** The column of DeviceBulkChangeLog that names the device change, by portal. */
export async function findLogKeys(db: Queries): Promise<LiveNames['logKey']> {
  const log = await columnsOf(db, 'DeviceBulkChangeLog');
  const logKey = (portal: Portal): string =>
    log.find((name) => name.toLowerCase().replaceAll('_', '') === `${portal.toLowerCase()}devicechangeid`) ?? `${portal}DeviceChangeId`;
  return { M2M: logKey('M2M'), Mobility: logKey('Mobility') };
}

async function columnsOf(db: Queries, table: string): Promise<readonly string[]> {
  const sql =
    db.engine === 'sqlite'
      ? 'SELECT name FROM pragma_table_info(:table)'
      : 'SELECT COLUMN_NAME AS name FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = :table';
  return (await db.query<{ name: string }>(sql, { table })).map(({ name }) => name);
}

/** The portals of bulk changes, by id. */
export type PortalsById = ReadonlyMap<string, Portal>;

/** Answers the portals of bulk changes, each asked for once. */
export function portalFinder(db: Database): (bulkChangeIds: readonly string[]) => Promise<PortalsById> {
  const known = new Map<string, Portal>();
  return async (ids) => {
    for (const id of ids) {
      if (known.has(id)) continue;
      const [row] = await db.query<{ portal: Portal }>(
        `SELECT MIN(mine.portal) AS portal FROM ${ownTable(db.engine, 'change_row')} AS mine WHERE mine.bulk_change_id = :id HAVING COUNT(*) > 0`,
        { id },
      );
      if (row !== undefined) known.set(id, row.portal);
    }
    return known;
  };
}
