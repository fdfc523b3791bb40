import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { tableNeeds, type Permission } from '../../src/database/needs.ts';
import { PORTALS, PORTAL_TABLES } from '../../src/database/portals.ts';
import { OPERATOR_TABLES } from '../../src/database/operator-schema.ts';

const FOLDER = 'src/database';
const RUN = ['statements', 'procedures'].flatMap((folder) =>
  readdirSync(join(FOLDER, folder), { recursive: true, encoding: 'utf8' }).flatMap((name) =>
    name.endsWith('.ts') ? [join(folder, name)] : [],
  ),
);
/** What validates a list or looks for due changes: all that a dry run sends. */
const DRY_RUN = [
  'due.ts',
  'facts.ts',
  'facts-row.ts',
  'find-devices.ts',
  'held.ts',
  'list.ts',
  'lookups.ts',
  'operator.ts',
  'spent-changes.ts',
].map((name) => join('statements', name));
/** In lookups.ts, and asked for when a run is saved. */
const ONLY_SAVED = 'DeviceChangeRequestType';

/** What stands in statements for the tables of a portal. */
const BY_PORTAL: ReadonlyMap<string, 'change' | 'device' | 'tenant'> = new Map([
  ['${change}', 'change'],
  ['change', 'change'],
  ['${device}', 'device'],
  ['${tenant}', 'tenant'],
]);

const NAMES = OPERATOR_TABLES.map(({ name }) => name);
const USES: readonly (readonly [RegExp, readonly Permission[]])[] = [
  [/\b(?:FROM|JOIN)\s+([\w${}]+)/g, ['SELECT']],
  [/\bINSERT INTO\s+([\w${}]+)/g, ['INSERT']],
  // Its WHERE reads.
  [/\bUPDATE\s+([\w${}]+)/g, ['SELECT', 'UPDATE']],
  [/\bDELETE FROM\s+([\w${}]+)/g, ['SELECT', 'DELETE']],
  // insertReturningIds: its OUTPUT reads.
  [/\btable: '?(\w+)'?,/g, ['SELECT', 'INSERT']],
  [/\bquote\(db\.engine, '(\w+)'\)/g, ['SELECT']],
];

/** `table permission` for everything that the statements of these files do with the operator's tables. */
function usedIn(files: readonly string[]): readonly string[] {
  const used = files.flatMap((file) => {
    const source = readFileSync(join(FOLDER, file), 'utf8');
    return USES.flatMap(([pattern, permissions]) =>
      [...source.matchAll(pattern)].flatMap(([, written = '']) =>
        tablesOf(written).flatMap((table) => permissions.map((permission) => `${table} ${permission}`)),
      ),
    );
  });
  return [...new Set(used)].toSorted();
}

function tablesOf(written: string): readonly string[] {
  const kind = BY_PORTAL.get(written);
  return kind === undefined ? NAMES.filter((name) => name === written) : PORTALS.map((portal) => PORTAL_TABLES[portal][kind]);
}

function needed(login: 'run' | 'dry-run'): readonly string[] {
  return tableNeeds(login, { by: 'tables', queries: {} })
    .flatMap(({ table, permissions }) => permissions.map((each) => `${table} ${each}`))
    .toSorted();
}

test('the run login needs what the statements do with the operator’s tables, and nothing else', () => {
  expect(needed('run')).toEqual(usedIn(RUN));
});

test('the dry-run login needs what validating and run-due read, and nothing else', () => {
  expect(needed('dry-run')).toEqual(usedIn(DRY_RUN).filter((use) => !use.startsWith(ONLY_SAVED)));
});

test.each([
  [{ by: 'grants', queries: {} } as const, []],
  [
    { by: 'tables', queries: { operator: 'SELECT 1', permission: 'SELECT 1' } } as const,
    ['User', 'UserServiceProvider', 'UserSite', 'UserRatePlan'],
  ],
  [
    { by: 'tables', queries: { operator: 'SELECT 1', tenant: 'SELECT 1' } } as const,
    ['UserPermission', 'UserServiceProvider', 'UserSite', 'UserRatePlan'],
  ],
])('tables that say who may do what are needed where no setting answers instead: %j', (settings, tables) => {
  const found = tableNeeds('dry-run', settings).map(({ table }) => table);

  expect(found.filter((table) => table.startsWith('User'))).toEqual(tables);
});
