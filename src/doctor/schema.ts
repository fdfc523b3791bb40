import type { Engine } from '../database/database.ts';
import type { LiveSchema, LiveTable } from '../database/live-schema.ts';
import { INDEXES_THAT_MATTER, PERMISSION_TABLES, type Need } from '../database/needs.ts';
import { OPERATOR_TABLES } from '../database/operator-schema.ts';
import { OWN_TABLES, ownTable } from '../database/own-schema.ts';
import type { Table } from '../database/schema.ts';
import { createIndexSql, quote } from '../database/schema-sql.ts';
import { failure, listed, warning, well, type Check } from './check.ts';

/** Our own tables: all of them, with all their columns. */
export function checkOwnTables(engine: Engine, live: LiveSchema): readonly Check[] {
  const wanted = OWN_TABLES.map((table) => ({ ...table, name: ownTable(engine, table.name) }));
  const missing = wanted.filter(({ name }) => !live.has(name.toLowerCase())).map(({ name }) => name);
  if (missing.length > 0) {
    return [failure('Own tables', `missing or not visible: ${listed(missing)}`, 'make them with: pond-bulk db migrate')];
  }
  const problems = wanted.flatMap((table) => checkColumns(table, live));
  return [well('Own tables', `all ${wanted.length} are there`), ...problems];
}

/** The operator's tables that are needed, as the contract has them. More columns and other widths are no problem. */
export function checkTables(engine: Engine, live: LiveSchema, needs: readonly Need[]): readonly Check[] {
  const wanted = OPERATOR_TABLES.filter(({ name }) => needs.some(({ table }) => table === name));
  const [there, missing] = [
    wanted.filter(({ name }) => live.has(name.toLowerCase())),
    wanted.filter(({ name }) => !live.has(name.toLowerCase())).map(({ name }) => name),
  ];
  const found = `${there.length} of ${wanted.length} are there`;
  const advice = 'check the database in DATABASE_URL, and what its login may see: pond-bulk db grants --print';
  return [
    missing.length === 0 ? well('Tables', found) : failure('Tables', `${found}; missing or not visible: ${listed(missing)}`, advice),
    ...there.flatMap((table) => [...checkColumns(table, live), ...checkTypes(engine, table, live), ...checkInserts(table, live, needs)]),
  ];
}

/** Without them every statement reads the whole table: slow for us, and for the portal beside us. */
export function checkIndexes(engine: Engine, live: LiveSchema): readonly Check[] {
  const there = INDEXES_THAT_MATTER.filter(([table]) => live.has(table.toLowerCase()));
  const missing = there.filter(([table, column]) => live.get(table.toLowerCase())?.indexed.has(column.toLowerCase()) !== true);
  return [
    ...(missing.length === there.length
      ? []
      : [well('Indexes', `${there.length - missing.length} of ${there.length} that matter are there`)]),
    ...missing.map(([table, column]) =>
      warning(
        'Indexes',
        `none begins with ${table}.${column}`,
        `have a DBA run: ${createIndexSql(engine, quote(engine, table), [column])}`,
      ),
    ),
  ];
}

function checkColumns(table: Table, live: LiveSchema): readonly Check[] {
  const columns = columnsOf(table, live);
  const missing = Object.keys(table.columns).filter((name) => !spellingsOf(name).some((spelling) => columns.has(spelling)));
  if (missing.length === 0) return [];
  return [
    failure(
      'Columns',
      `${table.name} has no ${listed(missing)}`,
      `add ${missing.length === 1 ? 'it' : 'them'}, or ask for the name that your installation has`,
    ),
  ];
}

function checkTypes(engine: Engine, table: Table, live: LiveSchema): readonly Check[] {
  // Whatever an id of a user is, it goes in and out as it came.
  if (table.name in PERMISSION_TABLES) return [];
  const columns = columnsOf(table, live);
  const odd = Object.entries(table.columns).flatMap(([name, type]) => {
    const column = columns.get(name.toLowerCase());
    const [wanted, is] = [kindOf(engine, type), kindOf(engine, column?.type ?? '')];
    return column === undefined || is === null || wanted === null || is === wanted ? [] : [`${name} is ${column.type}, not ${type}`];
  });
  return odd.length === 0
    ? []
    : [
        failure(
          'Types',
          `${table.name}: ${listed(odd)}`,
          'values of another kind are refused or changed by the database: correct the column',
        ),
      ];
}

/** Columns that we do not know and that every new row must have. */
function checkInserts(table: Table, live: LiveSchema, needs: readonly Need[]): readonly Check[] {
  if (needs.find((need) => need.table === table.name)?.permissions.includes('INSERT') !== true) return [];
  const known = new Set(Object.keys(table.columns).flatMap(spellingsOf));
  const demanded = [...columnsOf(table, live)].flatMap(([name, { mustBeGiven }]) => (mustBeGiven && !known.has(name) ? [name] : []));
  return demanded.length === 0
    ? []
    : [
        failure(
          'Columns',
          `${table.name} demands ${listed(demanded)}, which pond-bulk does not know`,
          'give it a default, or let it be NULL',
        ),
      ];
}

/** A column's name in small letters; a few have another one in some installations (M2M_DeviceChangeId), and are found by either. */
function spellingsOf(column: string): readonly string[] {
  const name = column.toLowerCase();
  return name.endsWith('devicechangeid') ? [name, name.replace('devicechangeid', '_devicechangeid')] : [name];
}

function columnsOf(table: Table, live: LiveSchema): LiveTable['columns'] {
  return live.get(table.name.toLowerCase())?.columns ?? new Map();
}

/** Kinds that do not compare with each other; null is not judged. Widths are no matter: int and bigint are one kind. */
function kindOf(engine: Engine, type: string): 'number' | 'text' | 'time' | null {
  // SQLite keeps times as text.
  if (/^(?:small)?date|^time$/i.test(type)) return engine === 'sqlite' ? 'text' : 'time';
  if (/^(?:big|small|tiny)?int|^bit|^dec|^num|money$|^float|^real|^double/i.test(type)) return 'number';
  return /char|text|^uniqueidentifier|^sysname/i.test(type) ? 'text' : null;
}
