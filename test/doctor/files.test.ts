import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { checkFiles, realFiles, type Files } from '../../src/doctor/files.ts';

const GIB = 1024 ** 3;
const PATHS = { folder: '/srv', temporary: '/tmp', envFile: '/srv/.env', database: null };
const fine: Files = {
  freeBytes: () => Promise.resolve(5 * GIB),
  mayWrite: () => Promise.resolve(true),
  othersMayRead: () => Promise.resolve(false),
};

test.each([
  [5 * GIB, true],
  [GIB / 2, 'warn'],
  [GIB / 20, false],
])('%i bytes free: %s', async (bytes, ok) => {
  const checks = await checkFiles(PATHS, { ...fine, freeBytes: () => Promise.resolve(bytes) });

  expect(checks.map((check) => [check.name, check.ok])).toEqual([
    ['Disk', ok],
    ['Disk', ok],
  ]);
});

test.each(['/data', '/data/bulk.db'])('a SQLite database cannot be used when %s cannot be written', async (path) => {
  const files = { ...fine, mayWrite: (asked: string) => Promise.resolve(asked !== path) };

  const checks = await checkFiles({ ...PATHS, database: '/data/bulk.db' }, files);

  expect(checks.filter(({ ok }) => ok === false)).toMatchObject([{ name: 'Files', found: `${path} is not there, or cannot be written` }]);
});

test.skipIf(process.platform === 'win32')('passwords that others may read are told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pond-bulk-'));
  const envFile = join(folder, '.env');
  writeFileSync(envFile, 'DATABASE_URL=');
  const warned = async (mode: number): Promise<readonly string[]> => {
    chmodSync(envFile, mode);
    const checks = await checkFiles({ ...PATHS, envFile }, { ...realFiles, mayWrite: fine.mayWrite });
    return checks.flatMap(({ name, advice }) => (name === 'Files' && advice !== null ? [advice] : []));
  };

  const [open, closed] = [await warned(0o644), await warned(0o600)];
  rmSync(folder, { recursive: true });

  expect(open).toEqual([`it holds passwords: chmod 600 ${envFile}`]);
  expect(closed).toEqual([]);
});
