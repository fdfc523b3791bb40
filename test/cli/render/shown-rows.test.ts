import { expect, test } from 'vitest';

import { shownRows } from '../../../src/cli/render/shown-rows.ts';
import type { RowResult } from '../../../src/domain/result.ts';
import { eachOf, SAMPLE_ROWS, sampleRow } from '../sample-result.ts';

test('what an operator must see comes first', async () => {
  const { rows } = await shownRows(eachOf(SAMPLE_ROWS), 200);

  expect(rows.map(({ status }) => status)).toEqual([
    'UNKNOWN',
    'FAILED',
    'COMPENSATED',
    'STALE',
    'REJECTED',
    'ACCEPTED',
    'NOT_STARTED',
    'PLANNED',
    'APPLIED',
    'NOOP',
    'SKIPPED',
  ]);
});

test('those that ended as wanted stay in the order of the list', async () => {
  const mixed = (['NOOP', 'APPLIED', 'SKIPPED', 'FAILED', 'APPLIED'] as const).map(sampleRow);

  const { rows } = await shownRows(eachOf(mixed), 200);

  expect(rows.map(({ line }) => line)).toEqual([5, 2, 3, 4, 6]);
});

test('of a million rows only those that are shown are kept', async () => {
  const [applied, failed] = [sampleRow('APPLIED', 1), sampleRow('FAILED', 1)];
  async function* many(): AsyncGenerator<RowResult> {
    for (let line = 1; line < 1_000_000; line += 1) yield { ...applied, line };
    yield { ...failed, line: 1_000_000 };
  }

  const { rows, total } = await shownRows(many(), 200);

  expect([rows.length, total]).toEqual([200, 1_000_000]);
  expect(rows.slice(0, 3).map(({ line }) => line)).toEqual([1_000_000, 1, 2]);
});

test('twenty causes are told one by one, the rows of the rest are counted', async () => {
  const rows = Array.from({ length: 30 }, (_, index): RowResult => {
    const row = sampleRow('FAILED', index);
    return { ...row, error: row.error === null ? null : { ...row.error, code: `CODE_${Math.min(index, 24)}` } };
  });

  const { causes, otherCauses } = await shownRows(eachOf(rows), 200);

  expect([causes.length, otherCauses]).toEqual([20, 10]);
  expect(causes.reduce((sum, { count }) => sum + count, otherCauses)).toBe(30);
});

test('the same failure at two providers is two causes', async () => {
  const rows = ['POND', 'Rogers', 'POND'].map((provider, index) => ({ ...sampleRow('REJECTED', index), provider }));

  const { causes } = await shownRows(eachOf(rows), 200);

  expect(causes.map(({ count, example }) => [example.provider, count])).toEqual([
    ['POND', 2],
    ['Rogers', 1],
  ]);
});

test('a row that was left out is no cause', async () => {
  const skipped = { ...sampleRow('FAILED', 0), status: 'SKIPPED' } as const;

  const { causes } = await shownRows(eachOf([skipped]), 200);

  expect(causes).toEqual([]);
});
