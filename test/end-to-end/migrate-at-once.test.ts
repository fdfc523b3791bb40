import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { missingTables } from '../../src/database/migrate.ts';
import { engines, type TestDatabase } from '../database/engines.ts';
import { runCli } from './cli.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const migrate = (url: string) => runCli(['db', 'migrate', '--with-operator-schema'], { env: { DATABASE_URL: url } });

describe.each(engines)('on $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await create();
  });
  afterEach(() => made.remove());

  test('processes that migrate at once all succeed, and one of them makes everything', async () => {
    const ran = await Promise.all([migrate(made.url), migrate(made.url), migrate(made.url)]);

    expect(
      ran.map(({ code }) => code),
      ran.map(({ stderr }) => stderr).join('\n'),
    ).toEqual([0, 0, 0]);
    expect(ran.filter(({ stdout }) => stdout.startsWith('Nothing to do'))).toHaveLength(2);
    expect(await missingTables(made.db)).toEqual([]);
  });
});

test('processes that make the same SQLite file at once all succeed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pond-bulk-'));
  const url = `sqlite:${join(folder, 'new.db')}`;

  const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);

  rmSync(folder, { recursive: true });
  expect(
    ran.map(({ code }) => code),
    ran.map(({ stderr }) => stderr).join('\n'),
  ).toEqual([0, 0, 0]);
});
