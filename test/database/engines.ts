import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';

/** A new, empty database to test on; `url` opens it again. */
export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  remove(): Promise<void>;
}

export interface TestEngine {
  readonly name: string;
  create(): Promise<TestDatabase>;
}

export const sqlite: TestEngine = {
  name: 'SQLite',
  create: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pond-bulk-'));
    const url = `sqlite:${join(folder, 'test.db')}`;
    const db = await openDatabase(url, { create: true });
    return {
      url,
      db,
      remove: async () => {
        await db.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

function sqlServer(serverUrl: string): TestEngine {
  return {
    name: 'SQL Server',
    create: async () => {
      const name = `pb_test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;
      const server = await openDatabase(serverUrl);
      // Not every server makes two databases at the same moment.
      await vi.waitFor(() => server.execute(`CREATE DATABASE ${name}`), { timeout: 30_000, interval: 200 });
      // OFF is SQL Server's own default, ON that of Azure SQL; the tool is right under both.
      if (process.env['POND_BULK_TEST_SNAPSHOT'] === 'ON') await server.execute(`ALTER DATABASE ${name} SET READ_COMMITTED_SNAPSHOT ON`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      const db = await openDatabase(url.href);
      return {
        url: url.href,
        db,
        remove: async () => {
          await db.close();
          // Closed sessions are gone a moment later.
          await vi.waitFor(() => server.execute(`DROP DATABASE ${name}`), { timeout: 30_000, interval: 200 });
          await server.close();
        },
      };
    },
  };
}

const serverUrl = process.env['POND_BULK_TEST_SQLSERVER_URL'];

if (serverUrl === undefined) process.stderr.write('SQL Server tests are skipped: POND_BULK_TEST_SQLSERVER_URL is not set\n');

/** SQLite always, SQL Server when POND_BULK_TEST_SQLSERVER_URL names one on which databases can be created. */
export const engines: readonly TestEngine[] = serverUrl === undefined ? [sqlite] : [sqlite, sqlServer(serverUrl)];
