import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openResultsFolder } from '../../src/cli/results-folder.ts';
import type { RowResult, RunResult } from '../../src/domain/result.ts';
import { ROW_STATUSES } from '../../src/domain/status.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pond-bulk-results-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const rows: readonly RowResult[] = ROW_STATUSES.map((status, index) => ({
  line: index + 2,
  iccid: `898830300000000000${index}`,
  phoneNumber: null,
  provider: null,
  bulkChangeId: null,
  status,
  before: null,
  after: null,
  attempts: 1,
  ms: 1,
  message: 'm',
  error: null,
  cells: [`898830300000000000${index}`, 'kept'],
}));

function resultOf(each: () => AsyncIterable<RowResult>): RunResult {
  return {
    run: 'run-1',
    command: 'change-rate-plan',
    dryRun: false,
    bulkChangeIds: ['1'],
    validation: { isValid: true, validationMessage: '', errors: [] },
    columns: ['iccid', 'note'],
    byStatus: Object.fromEntries(ROW_STATUSES.map((status) => [status, 1])),
    rowCount: rows.length,
    seconds: 1,
    rows: each,
    exitCode: 9,
    next: 'pond-bulk resume run-1 --yes',
    files: [],
    warnings: [],
  };
}

async function* all(): AsyncGenerator<RowResult> {
  yield* rows;
}

test('three whole files: all rows, those to try anew, and the summary', async () => {
  const folder = await openResultsFolder(join(dir, 'new', 'folder'));

  await folder.write(resultOf(all));

  const [results = '', failed = '', summary = ''] = await Promise.all(folder.files.map((file) => readFile(file, 'utf8')));
  expect(results.split('\r\n').slice(1, -1)).toEqual(rows.map(({ iccid, status }) => `${iccid},kept,${status},,m`));
  expect(failed.split('\r\n').slice(0, -1)).toEqual([
    'iccid,note',
    ...rows.flatMap(({ iccid, status }) => (['FAILED', 'COMPENSATED', 'STALE', 'NOT_STARTED'].includes(status) ? [`${iccid},kept`] : [])),
  ]);
  expect(JSON.parse(summary)).toMatchObject({ run: 'run-1', summary: { rows: rows.length }, exitCode: 9 });
  expect((await readdir(join(dir, 'new', 'folder'))).toSorted()).toEqual(['failed.csv', 'results.csv', 'summary.json']);
});

test('a write that breaks leaves the files before it as they were, and no half ones', async () => {
  async function* broken(): AsyncGenerator<RowResult> {
    yield* rows;
    throw new Error('database lost');
  }
  const folder = await openResultsFolder(dir);
  await folder.write(resultOf(all));
  const before = await readFile(join(dir, 'results.csv'), 'utf8');

  await expect(folder.write(resultOf(broken))).rejects.toThrow('database lost');

  expect(await readFile(join(dir, 'results.csv'), 'utf8')).toBe(before);
  expect((await readdir(dir)).toSorted()).toEqual(['failed.csv', 'results.csv', 'summary.json']);
});

test('a folder that cannot be written is refused before anything is sent', async () => {
  const file = join(dir, 'file');
  await writeFile(file, '');

  await expect(openResultsFolder(join(file, 'out'))).rejects.toMatchObject({ kind: 'config', code: 'RESULTS_UNWRITABLE' });
});
