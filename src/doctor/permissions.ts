import type { ReadDatabase } from '../database/database.ts';
import { PROCEDURES } from '../database/grants-sql.ts';
import type { LiveSchema } from '../database/live-schema.ts';
import type { Login, Need } from '../database/needs.ts';
import { OWN_TABLES, ownTable } from '../database/own-schema.ts';
import { setOf } from '../database/sets.ts';
import { failure, listed, warning, well, type Check } from './check.ts';

interface Asked {
  /** As it is written in SQL, with its schema. */
  readonly object: string;
  readonly permission: string;
}

const ALL = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Whether the login may do what it needs on what it sees, and for dry runs nothing else. On SQLite the rights of the file count. */
export async function checkPermissions(
  db: ReadDatabase,
  name: string,
  login: Login,
  live: LiveSchema,
  needs: readonly Need[],
): Promise<readonly Check[]> {
  if (db.engine === 'sqlite') return [];
  const tables = needs.filter(({ table }) => live.has(table.toLowerCase()));
  const own =
    login === 'run' ? OWN_TABLES.map((table) => ownTable(db.engine, table.name)).filter((each) => live.has(each.toLowerCase())) : [];
  const asked = [
    ...tables.flatMap(({ table }) => ALL.map((permission) => ({ object: `dbo.${table}`, permission }))),
    ...own.flatMap((object) => ALL.map((permission) => ({ object, permission }))),
    ...(login === 'run' ? await existing(db) : []),
  ];
  const held = await heldOf(db, asked);
  const needed = new Set([
    ...tables.flatMap(({ table, permissions }) => permissions.map((permission) => keyOf({ object: `dbo.${table}`, permission }))),
    ...asked.filter(({ object }) => !object.startsWith('dbo.')).map(keyOf),
    ...asked.filter(({ permission }) => permission === 'EXECUTE').map(keyOf),
  ]);
  const missing = asked.map(keyOf).filter((key) => needed.has(key) && !held.has(key));
  const excess = login === 'run' ? [] : asked.map(keyOf).filter((key) => !needed.has(key) && held.has(key));
  if (missing.length > 0) {
    const advice = 'have a DBA run the script of: pond-bulk db grants --print';
    return [failure(name, `missing: ${listed(missing)}`, advice, 'credentials')];
  }
  if (excess.length > 0) {
    return [warning(name, `more than a dry run needs: ${listed(excess, 4)}`, 'use a login of its own: pond-bulk db grants --print')];
  }
  return [well(name, `all ${needed.size} that are needed`)];
}

/** The operator's procedures that this database has. */
async function existing(db: ReadDatabase): Promise<readonly Asked[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT given.name FROM ${setOf('names', { name: 'nvarchar(200)' })} AS given WHERE OBJECT_ID(given.name, 'P') IS NOT NULL`,
    { names: PROCEDURES.map((name) => ({ name })) },
  );
  return rows.map(({ name }) => ({ object: `dbo.${name}`, permission: 'EXECUTE' }));
}

async function heldOf(db: ReadDatabase, asked: readonly Asked[]): Promise<ReadonlySet<string>> {
  const set = setOf('asked', { object: 'nvarchar(200)', permission: 'nvarchar(20)' });
  const rows = await db.query<Asked & { readonly held: number | null }>(
    `SELECT asked.object, asked.permission, HAS_PERMS_BY_NAME(asked.object, 'OBJECT', asked.permission) AS held FROM ${set} AS asked`,
    { asked },
  );
  return new Set(rows.filter(({ held }) => held === 1).map(keyOf));
}

function keyOf({ object, permission }: Asked): string {
  return `${permission} on ${object}`;
}
