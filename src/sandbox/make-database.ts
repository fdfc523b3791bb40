import { existsSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { PondBulkError } from '../domain/errors.ts';
import { takeProcessLock, type ProcessLock } from './process-lock.ts';
import { sampleData } from './sample-data.ts';
import type { SandboxFolder } from './sandbox-folder.ts';
import { seedDatabase } from './seed-database.ts';

/** Making one takes a second or two. */
const WAIT_MS = 30_000;
const LOOK_MS = 20;

/** Makes the database with its sample devices when it is not there. Of several commands at once, one makes it and the others wait. */
export async function makeDatabase({ path, database, databaseLock }: SandboxFolder): Promise<void> {
  const lock = await waitForLock(databaseLock, path);
  try {
    if (existsSync(database)) return;
    // Under another name first: a database that is there is whole. A command that was killed may have left one.
    const partial = `${database}.partial`;
    removeDatabase(partial);
    const db = await openDatabase(`sqlite:${partial}`, { create: true });
    try {
      await migrate(db, { withOperatorSchema: true });
      await seedDatabase(db, sampleData());
    } finally {
      await db.close();
    }
    renameSync(partial, database);
  } finally {
    lock.release();
  }
}

/** Removes a database file and what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}

async function waitForLock(file: string, path: string): Promise<ProcessLock> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    const lock = takeProcessLock(file);
    if (lock !== null) return lock;
    if (Date.now() > giveUpAt) {
      throw new PondBulkError('config', 'SANDBOX_NOT_STARTED', `Another command has been making the database in ${path} for too long`);
    }
    await sleep(LOOK_MS);
  }
}
