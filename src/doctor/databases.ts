import { failure, type Check } from './check.ts';
import { attempt } from './attempt.ts';
import { carrierOf } from '../carriers/registry.ts';
import type { Config } from '../config/load-config.ts';
import type { ReadDatabase } from '../database/database.ts';
import { readLiveSchema } from '../database/live-schema.ts';
import { tableNeeds, type Login } from '../database/needs.ts';
import { findProviders } from '../database/statements/lookups.ts';
import { openReadOnlyDatabase } from '../database/open-database.ts';
import type { Clock } from '../domain/clock.ts';
import { PondBulkError } from '../domain/errors.ts';
import { checkChangeTypes, checkOperator, type OperatorSettings } from './operator.ts';
import { checkPermissions } from './permissions.ts';
import { checkProcedures } from './procedures.ts';
import { checkIndexes, checkOwnTables, checkTables } from './schema.ts';
import { checkServer } from './server.ts';

export interface DatabasesOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'databaseUrlRead'>;
  readonly operator: OperatorSettings;
  readonly clock: Clock;
}

/** Both logins. `afterwards` gets the first database that could be opened, null when none could. */
export async function checkDatabases(
  options: DatabasesOptions,
  afterwards: (db: ReadDatabase | null) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  const { databaseUrl, databaseUrlRead } = options.config;
  const checks: Check[] = [];
  const opened: ReadDatabase[] = [];
  const checkLogin = async (name: string, login: Login, setting: string, url: string): Promise<void> => {
    try {
      const db = await openReadOnlyDatabase(url);
      opened.push(db);
      checks.push(...(await checkDatabase(db, name, login, options)));
    } catch (error) {
      if (!(error instanceof PondBulkError)) throw error;
      checks.push(failure(name, error.message, `correct ${setting}`, error.kind === 'credentials' ? 'credentials' : 'config'));
    }
  };
  try {
    if (databaseUrl !== null) await checkLogin('Database', 'run', 'DATABASE_URL', databaseUrl);
    else checks.push(failure('Database', 'DATABASE_URL is not set', 'set it, see .env.example; or try everything with --sandbox'));
    if (databaseUrlRead !== null) await checkLogin('Dry-run database', 'dry-run', 'DATABASE_URL_READ', databaseUrlRead);
    const [db = null] = opened;
    if (db !== null) checks.push(...(await attempt('Operator', () => checkOperator(db, options.operator))));
    return [...checks, ...(await afterwards(db))];
  } finally {
    for (const db of opened) await db.close();
  }
}

async function checkDatabase(
  db: ReadDatabase,
  name: string,
  login: Login,
  { operator, clock }: DatabasesOptions,
): Promise<readonly Check[]> {
  const needs = tableNeeds(login, operator.permissions);
  const isRun = login === 'run';
  return [
    ...(await attempt(name, () => checkServer(db, name, clock))),
    ...(await attempt('Tables', async () => {
      const live = await readLiveSchema(db);
      return [
        ...(isRun ? checkOwnTables(db.engine, live) : []),
        ...checkTables(db.engine, live, needs),
        ...checkIndexes(db.engine, live),
        ...(await checkPermissions(db, isRun ? 'Permissions' : 'Dry-run permissions', login, live, needs)),
      ];
    })),
    ...(isRun ? await attempt('Procedures', async () => checkProcedures(db, await proceduresInUse(db, operator))) : []),
    ...(isRun ? await attempt('Change types', async () => [await checkChangeTypes(db, operator)]) : []),
  ];
}

/** By which plans of the service providers in use are changed. */
async function proceduresInUse(db: ReadDatabase, { integrations, portalTypes }: OperatorSettings): Promise<ReadonlySet<string>> {
  const providers = await findProviders(db, integrations, portalTypes);
  return new Set(providers.flatMap(({ integration }) => carrierOf(integration)?.procedure ?? []));
}
