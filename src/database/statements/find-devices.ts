import type { Portal } from '../../domain/effect.ts';
import type { Provider } from '../../domain/facts.ts';
import { besideColumn, exactly } from '../collation.ts';
import type { ReadSession } from '../database.ts';
import { PORTAL_TABLES } from '../portals.ts';
import type { LoadedList } from './list.ts';

/** Whose devices are looked for. */
export interface SearchScope {
  readonly tenantId: number;
  /** Those that the operator may use. */
  readonly providers: readonly Provider[];
}

/** Every key of the list once, with its device. */
export interface FoundDevices {
  /** Name in SQL. */
  readonly found: string;
  /** Whether devices of the Mobility portal are among them. */
  readonly hasMobility: boolean;
}

const FOUND = [
  { name: 'device_key', type: 'nvarchar(50)' },
  { name: 'first_line', type: 'int' },
  { name: 'last_line', type: 'int' },
  { name: 'conflicting', type: 'int' },
  { name: 'device_id', type: 'int' },
  { name: 'mobility_id', type: 'int' },
  { name: 'candidates', type: 'int' },
] as const;

const MOBILE = [
  { name: 'device_key', type: 'nvarchar(50)' },
  { name: 'mobility_id', type: 'int' },
  { name: 'candidates', type: 'int' },
] as const;

/**
 * Finds every ICCID or phone number of the list once: the lines it is on, whether they want different things, and its device: one
 * of a provider that the operator may use, and that is his tenant's (an active tenant row of it, or none at all and the
 * provider's tenant). Devices that are not archived win; `candidates` tells how many providers have one. Phone numbers are
 * those of Mobility devices.
 */
export async function findDevices(session: ReadSession, { table }: LoadedList, scope: SearchScope): Promise<FoundDevices> {
  const found = await session.createTemp('found', FOUND, 'device_key');
  // A left join: SQLite would else begin with all devices of the providers.
  await session.execute(
    `
    INSERT INTO ${found} (device_key, first_line, last_line, conflicting, device_id, mobility_id, candidates)
    SELECT list.device_key, MIN(list.line), MAX(list.line), ${conflicting(session)},
      ${BEST}, NULL, ${CANDIDATES}
    FROM ${table} AS list
    LEFT JOIN Device AS device ON device.ICCID = ${besideColumn(session.engine, 'list.device_key')} AND ${isHis('M2M', scope)}
    WHERE list.device_key IS NOT NULL
    GROUP BY list.device_key`,
    { tenantId: scope.tenantId },
  );
  const mobile = scope.providers.some(({ portal }) => portal === 'Mobility') ? await findMobility(session, table, scope) : null;
  if (mobile === null) return { found, hasMobility: false };
  await addMobility(session, found, mobile);
  await joinRepeated(session, found, table);
  return { found, hasMobility: true };
}

/** Whether the lines of a key want different things. */
function conflicting({ engine }: ReadSession): string {
  const wish = exactly(engine, 'list.wish');
  return `CASE WHEN MIN(${wish}) = MAX(${wish}) THEN 0 ELSE 1 END`;
}

const IS_ACTIVE = 'device.IsActive = 1 AND device.IsDeleted = 0';
const BEST = `COALESCE(MIN(CASE WHEN ${IS_ACTIVE} THEN device.id END), MIN(device.id))`;
const CANDIDATES = `COUNT(DISTINCT CASE WHEN ${IS_ACTIVE} THEN device.ServiceProviderId END)`;

/** Whether `device` is of a provider in scope, and the tenant's. */
function isHis(portal: Portal, { tenantId, providers }: SearchScope): string {
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const mine = providers.filter((provider) => provider.portal === portal);
  return `device.ServiceProviderId IN (${numbers(mine)})
      AND (
        EXISTS (
          SELECT 1 FROM ${tenant} AS own
          WHERE own.${tenantKey} = device.id AND own.TenantId = :tenantId AND own.IsActive = 1 AND own.IsDeleted = 0)
        OR (device.ServiceProviderId IN (${numbers(mine.filter((provider) => provider.tenantId === tenantId))}) AND NOT EXISTS (
          SELECT 1 FROM ${tenant} AS other
          WHERE other.${tenantKey} = device.id AND other.IsActive = 1 AND other.IsDeleted = 0)))`;
}

/** Written out: with the ids in a set, planners begin with all devices of the providers instead of the list. */
function numbers(providers: readonly Provider[]): string {
  return providers.length === 0 ? 'NULL' : providers.map(({ id }) => Number(id)).join(', ');
}

/** Mobility devices by ICCID, and by phone number where a line has no ICCID. Resolves to the name of their table; null when there are none. */
async function findMobility(session: ReadSession, table: string, scope: SearchScope): Promise<string | null> {
  const mobile = await session.createTemp('mobile', MOBILE, 'device_key');
  // A cross join keeps SQLite from beginning with all devices; to SQL Server it is an inner join.
  const matches = (on: string): string =>
    `SELECT list.device_key, device.id, device.IsActive, device.IsDeleted, device.ServiceProviderId
      FROM ${table} AS list
      CROSS JOIN MobilityDevice AS device
      WHERE list.device_key IS NOT NULL AND ${on} AND ${isHis('Mobility', scope)}`;
  const count = await session.execute(
    `
    INSERT INTO ${mobile} (device_key, mobility_id, candidates)
    SELECT device.device_key, ${BEST}, ${CANDIDATES}
    FROM (
      ${matches(`device.ICCID = ${besideColumn(session.engine, 'list.iccid')}`)}
      UNION ALL
      ${matches(`device.MSISDN = ${besideColumn(session.engine, 'list.phone_number')}`)} AND list.iccid IS NULL) AS device
    GROUP BY device.device_key`,
    { tenantId: scope.tenantId },
  );
  return count === 0 ? null : mobile;
}

/** An M2M device goes first, unless it is archived and the Mobility device is not. */
async function addMobility(session: ReadSession, found: string, mobile: string): Promise<void> {
  const name = found.replace(/^.*\./, '');
  await session.execute(
    `
    UPDATE ${found}
    SET mobility_id = CASE WHEN device_id IS NULL OR (${name}.candidates = 0 AND match.candidates > 0) THEN match.mobility_id END,
      device_id = CASE WHEN ${name}.candidates = 0 AND match.candidates > 0 THEN NULL ELSE device_id END,
      candidates = ${name}.candidates + match.candidates
    FROM ${mobile} AS match
    WHERE match.device_key = ${name}.device_key`,
  );
}

/** The same device may be on the list by its ICCID and by its number. */
async function joinRepeated(session: ReadSession, found: string, table: string): Promise<void> {
  const name = found.replace(/^.*\./, '');
  await session.execute(
    `
    UPDATE ${found}
    SET first_line = same.first_line, last_line = same.last_line, conflicting = same.conflicting
    FROM (
      SELECT one.mobility_id, MIN(list.line) AS first_line, MAX(list.line) AS last_line,
        ${conflicting(session)} AS conflicting
      FROM ${found} AS one
      JOIN ${table} AS list ON list.device_key = one.device_key
      WHERE one.mobility_id IS NOT NULL
      GROUP BY one.mobility_id
      HAVING COUNT(*) > 1) AS same
    WHERE same.mobility_id = ${name}.mobility_id`,
  );
}
