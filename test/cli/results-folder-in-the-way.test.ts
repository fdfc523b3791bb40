import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openResultsFolder } from '../../src/cli/results-folder.ts';
import { PondBulkError } from '../../src/domain/errors.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pond-bulk-results-'));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

test('a file where the folder should be is refused by name and stays as it was', async () => {
  const file = join(dir, 'out');
  writeFileSync(file, 'mine');

  const refused: unknown = await openResultsFolder(file).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(PondBulkError);
  expect(refused).toMatchObject({ kind: 'config', code: 'RESULTS_UNWRITABLE', message: expect.stringContaining(file) });
  expect(readFileSync(file, 'utf8')).toBe('mine');
});
