import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openResultsFolder } from '../../src/cli/results-folder.ts';
import { PondBulkError } from '../../src/domain/errors.ts';
import type { RowResult, RunResult } from '../../src/domain/result.ts';
import { eachOf, SAMPLE_ROWS, sampleResult } from './sample-result.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pond-bulk-results-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const rows = SAMPLE_ROWS.map((row): RowResult => ({ ...row, message: 'm', error: null, cells: [row.iccid, 'kept'] }));

const resultOf = (each: () => AsyncIterable<RowResult>): RunResult => sampleResult({ run: 'run-1', rows: each }, rows);

const all = (): AsyncIterable<RowResult> => eachOf(rows);

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

test('a file where the folder should be is refused by name and stays as it was', async () => {
  const file = join(dir, 'out');
  await writeFile(file, 'mine');

  const refused: unknown = await openResultsFolder(file).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(PondBulkError);
  expect(refused).toMatchObject({
    kind: 'config',
    code: 'RESULTS_UNWRITABLE',
    message: `The results folder ${file} cannot be written to: a file has this name`,
  });
  expect(await readFile(file, 'utf8')).toBe('mine');
});
