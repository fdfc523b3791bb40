import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { makeDatabase } from '../../src/sandbox/make-database.ts';
import { takeProcessLock } from '../../src/sandbox/process-lock.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { sandboxFolder, type SandboxFolder } from '../../src/sandbox/sandbox-folder.ts';

let folder: SandboxFolder;

beforeEach(() => {
  folder = sandboxFolder(mkdtempSync(`${tmpdir()}/pond-bulk-database-`));
});

afterEach(() => {
  rmSync(folder.path, { recursive: true, force: true });
});

function devices(): number {
  const db = new DatabaseSync(folder.database, { readOnly: true });
  try {
    return Number(db.prepare('SELECT COUNT(*) AS n FROM Device').get()?.['n']);
  } finally {
    db.close();
  }
}

const SAMPLE = sampleData().tables['Device']?.length;

test('several commands at once make one whole database, and leave nothing beside it', async () => {
  await Promise.all([makeDatabase(folder), makeDatabase(folder), makeDatabase(folder)]);

  // Before it is opened here: SQLite keeps files beside one that is.
  expect(readdirSync(folder.path).toSorted()).toEqual(['sandbox.db', 'sandbox.db.lock']);
  expect(devices()).toBe(SAMPLE);
});

test('what a killed command left of one is no obstacle', async () => {
  for (const suffix of ['', '-wal', '-shm']) writeFileSync(`${folder.database}.partial${suffix}`, 'half a page');

  await makeDatabase(folder);

  expect(devices()).toBe(SAMPLE);
});

test('a database that is there stays as it is', async () => {
  writeFileSync(folder.database, 'mine');
  const before = statSync(folder.database);

  await makeDatabase(folder);

  expect(statSync(folder.database)).toMatchObject({ size: 4, mtimeMs: before.mtimeMs });
});

test('nothing is made while another command holds the lock', async () => {
  const other = takeProcessLock(folder.databaseLock);

  const making = makeDatabase(folder);
  const wasThere = existsSync(`${folder.database}.partial`) || existsSync(folder.database);
  other?.release();
  await making;

  expect([other === null, wasThere]).toEqual([false, false]);
  expect(devices()).toBe(SAMPLE);
});
