import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import type { TestDatabase } from './engines.ts';

/** Two logins that were granted what a script says. */
export interface TestLogins {
  readonly runUrl: string;
  readonly dryRunUrl: string;
  /** To be called when the database is gone, and its users with it. */
  remove(): Promise<void>;
}

/** Makes both logins on a SQL Server and runs the script that `scriptFor` makes for their names. */
export async function makeLogins(
  { url, db }: Pick<TestDatabase, 'url' | 'db'>,
  scriptFor: (names: { readonly run: string; readonly dryRun: string }) => string,
): Promise<TestLogins> {
  const suffix = `${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
  const password = `Pw_1!${suffix}`;
  const names = { run: `pb_test_run_${suffix}`, dryRun: `pb_test_dry_${suffix}` };
  for (const name of Object.values(names)) await db.execute(`CREATE LOGIN ${name} WITH PASSWORD = '${password}'`);
  await db.execute(await runnable(db, scriptFor(names)));
  const urlOf = (name: string): string => {
    const own = new URL(url);
    [own.username, own.password] = [name, password];
    return own.href;
  };
  return {
    runUrl: urlOf(names.run),
    dryRunUrl: urlOf(names.dryRun),
    remove: async () => {
      const server = new URL(url);
      server.pathname = '/master';
      const master = await openDatabase(server.href);
      for (const name of Object.values(names)) await master.execute(`DROP LOGIN ${name}`);
      await master.close();
    },
  };
}

/** Babelfish has no VIEW DEFINITION, and shows definitions to everybody. */
async function runnable(db: Database, script: string): Promise<string> {
  const [server] = await db.query<{ babelfish: string | null }>(
    `SELECT CAST(SERVERPROPERTY('BabelfishVersion') AS nvarchar(50)) AS babelfish`,
  );
  if (server?.babelfish == null) return script;
  return script
    .split('\n')
    .filter((line) => !line.includes('GRANT VIEW DEFINITION'))
    .join('\n');
}
