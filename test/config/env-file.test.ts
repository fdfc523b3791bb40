import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { isExposed, readEnvFile } from '../../src/config/env-file.ts';
import { load } from './load.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pond-bulk-env-'));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test.skipIf(process.platform === 'win32').each([
  [0o600, false],
  [0o400, false],
  [0o640, true],
  [0o604, true],
  [0o620, true],
  [0o644, true],
])('a .env of mode %o: open to others is %s', (mode, open) => {
  const path = join(folder, '.env');
  writeFileSync(path, 'PAGE_SIZE=7\n');
  chmodSync(path, mode);

  expect(readEnvFile(path)).toEqual({ path, texts: { PAGE_SIZE: '7' }, isExposed: open });
});

test('where there is none, there is none', () => {
  expect(readEnvFile(join(folder, '.env'))).toBeNull();
});

test('on Windows nothing is concluded from the mode', () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');

  expect(isExposed(0o666)).toBe(false);
});

describe('a .env that is open to others', () => {
  const given = (texts: Readonly<Record<string, string>>) => load({ envFile: { path: '/srv/.env', texts, isExposed: true } });
  const TOLD = '/srv/.env holds secrets and is open to others than its owner: chmod 600 .env';

  test.each([
    ['production', { POND_BULK_ENVIRONMENT: 'production' }],
    ['production, being the default', {}],
  ])('is refused for %s', (_where, texts) => {
    expect(() => given(texts)).toThrow(`A setting is not valid:\n  ${TOLD}`);
  });

  test('is refused together with whatever else is wrong', () => {
    expect(() => given({ PAGE_SIZE: 'x' })).toThrow(/^2 settings are not valid:\n {2}PAGE_SIZE=x .*\n {2}\/srv\/\.env holds secrets/);
  });

  test('is warned about elsewhere', () => {
    expect(given({ POND_BULK_ENVIRONMENT: 'sandbox' }).warnings).toEqual([TOLD]);
  });
});
