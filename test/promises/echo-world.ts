import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { carrierEnvironment } from '../../src/sandbox/simulator/accounts.ts';
import { runCli, type Ran } from '../end-to-end/cli.ts';
import { startEchoServer, TOKENS, type EchoServer } from './echo-server.ts';
import { leaksIn, leaksInDatabase, leaksInFiles } from './secret-search.ts';

/** Values that JSON, URLs, HTML and Base64 each write differently, a short one, and one of a single provider. */
export const SECRETS = {
  POND_API_KEY: 'pond"key\\one/two+three&four=<five>%six',
  POND_PASSWORD: 'q7#Z',
  JASPER_API_KEY: 'jasper-3f9c0e7ab2',
  JASPER_API_KEY_2: 'jasper/two+81d5==c4',
  THINGSPACE_CLIENT_SECRET: 'thing"space/71+d&<c>',
  THINGSPACE_PASSWORD: 'vz pässwörd\\3"/%',
  TEAL_API_KEY: 'teal-51c0d7e9',
  TEAL_API_SECRET: 'teal"secret/9+e2&a',
  TELEGENCE_APP_SECRET: 'telegence"secret/4d+&<e7>',
  TMOBILEJASPER_API_KEY: 'tmobile-77ab01fe',
  REVIO_PASSWORD: 'rev:io päss/wörd? 5',
  REVIO_SUBSCRIPTION_KEY: 'aa12bb34-cc56"ddä78',
};
const DATABASE_PASSWORD = 'd@ta base/pä$$:w0rd"%';
export const ALL_SECRETS = { ...SECRETS, DATABASE_PASSWORD, ...TOKENS };
/** Nobody listens on port 1. */
export const UNREACHABLE = `mssql://jane:${encodeURIComponent(DATABASE_PASSWORD)}@127.0.0.1:1/portal`;

/** The sample fleet, its carriers being hostile, and commands that know all the secrets. */
export interface EchoWorld {
  readonly echo: EchoServer;
  /** Path of a file in the world's folder. */
  path(name: string): string;
  /** Writes a list and answers its path. */
  list(name: string, text: string): string;
  /** The world's SQLite file. */
  readonly database: string;
  /** Runs the commands one after another, and searches what they say and what is left behind. */
  leaksOf(
    commands: readonly (readonly string[])[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly ran: readonly Ran[]; readonly leaks: readonly string[] }>;
  remove(): Promise<void>;
}

export async function echoWorld(): Promise<EchoWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-p10-'));
  const database = join(dir, 'portal.db');
  const db = await openDatabase(`sqlite:${database}`, { create: true });
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, sampleData());
  await db.close();
  const echo = await startEchoServer();
  const environment = {
    ...carrierEnvironment(echo.port),
    ...SECRETS,
    DATABASE_URL: `sqlite:${database}`,
    DATABASE_URL_READ: UNREACHABLE,
    POND_BULK_OPERATOR: 'sandbox',
    SETTLE_SECONDS: '0.2',
    RETRY_MAX_COUNT: '0',
  };
  return {
    echo,
    database,
    path: (name) => join(dir, name),
    list: (name, text) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    },
    leaksOf: async (commands, env = {}) => {
      const ran: Ran[] = [];
      const leaks: string[] = [];
      for (const command of commands) {
        const ended = await runCli(command, { env: { ...environment, ...env } });
        leaks.push(...leaksIn(`stdout of ${command.join(' ')}`, ended.stdout, ALL_SECRETS));
        leaks.push(...leaksIn(`stderr of ${command.join(' ')}`, ended.stderr, ALL_SECRETS));
        ran.push(ended);
      }
      return { ran, leaks: [...leaks, ...leaksInDatabase(database, ALL_SECRETS), ...leaksInFiles(dir, ALL_SECRETS)] };
    },
    remove: async () => {
      await echo.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
