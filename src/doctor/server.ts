import type { ReadDatabase } from '../database/database.ts';
import type { Clock } from '../domain/clock.ts';
import { failure, warning, well, type Check } from './check.ts';

/** STRING_AGG came with SQL Server 2017, OPENJSON with compatibility level 130. */
const OLDEST_SERVER = 14;
const OLDEST_LEVEL = 130;

/** Leases are judged dead after 30 s by the clocks of two machines: each may be off by a third of that. */
const SKEW_MS = 10_000;
const NOTABLE_SKEW_MS = 2000;

interface ServerRow {
  readonly version: string;
  readonly edition: string;
  readonly babelfish: string | null;
  readonly level: number | null;
}

/** Which server answers, whether it is new enough, and whether its clock agrees with ours. */
export async function checkServer(db: ReadDatabase, name: string, clock: Clock): Promise<readonly Check[]> {
  if (db.engine === 'sqlite') {
    const [row] = await db.query<{ version: string }>('SELECT sqlite_version() AS version');
    return [well(name, `SQLite ${row?.version ?? ''}, ${db.identity}`)];
  }
  const [row] = await db.query<ServerRow>(
    `
    SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(50)) AS version, CAST(SERVERPROPERTY('Edition') AS nvarchar(100)) AS edition,
      CAST(SERVERPROPERTY('BabelfishVersion') AS nvarchar(50)) AS babelfish,
      (SELECT compatibility_level FROM sys.databases WHERE name = DB_NAME()) AS level`,
  );
  return [server(name, db.identity, row), await checkClock(db, `${name} clock`, clock)];
}

function server(name: string, identity: string, row: ServerRow | undefined): Check {
  if (row === undefined) return warning(name, identity, 'the server does not tell its version; 2017 or newer is needed');
  if (row.babelfish !== null) return well(name, `Babelfish ${row.babelfish}, ${identity}`);
  const found = `SQL Server ${row.version} (${row.edition}), ${identity}`;
  // Azure SQL counts its own versions, and is always new enough.
  if (!row.edition.includes('Azure') && Number.parseInt(row.version, 10) < OLDEST_SERVER) {
    return failure(name, found, 'SQL Server 2017 or newer is needed');
  }
  if (row.level !== null && row.level < OLDEST_LEVEL) {
    const level = `compatibility level ${row.level}`;
    return failure(name, `${found}, ${level}`, `have a DBA run: ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = ${OLDEST_LEVEL}`);
  }
  return well(name, found);
}

async function checkClock(db: ReadDatabase, name: string, clock: Clock): Promise<Check> {
  const before = clock.now();
  const [row] = await db.query<{ now: string }>('SELECT SYSUTCDATETIME() AS now');
  const ours = (before + clock.now()) / 2;
  const skewMs = row === undefined ? 0 : Date.parse(`${row.now.replace(' ', 'T')}Z`) - ours;
  const off = `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(skewMs) >= SKEW_MS) {
    return failure(name, off, 'set both clocks by NTP: a resume elsewhere could send a change too early whose answer was lost');
  }
  return Math.abs(skewMs) >= NOTABLE_SKEW_MS
    ? warning(name, off, 'set both clocks by NTP; audit times are off by so much')
    : well(name, off);
}
