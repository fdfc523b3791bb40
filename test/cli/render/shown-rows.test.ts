import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';

import { renderTable } from '../../../src/cli/render/result-table.ts';
import { shownRows } from '../../../src/cli/render/shown-rows.ts';
import type { RowResult } from '../../../src/domain/result.ts';
import { bare, refused, result, row } from './sample-result.ts';

describe('the rows of a table', () => {
  test('of a million only those that are shown are kept', async () => {
    const [applied, failed] = [row('APPLIED', 1), row('FAILED', 1)];
    async function* many(): AsyncGenerator<RowResult> {
      for (let line = 1; line < 1_000_000; line += 1) yield { ...applied, line };
      yield { ...failed, line: 1_000_000 };
    }

    const shown = await shownRows(many(), 200);

    expect([shown.rows.length, shown.total]).toEqual([200, 1_000_000]);
    expect(shown.rows.slice(0, 3).map(({ line }) => line)).toEqual([1_000_000, 1, 2]);
  });

  test('those that ended as wanted stay in the order of the list', async () => {
    const mixed = (['NOOP', 'APPLIED', 'SKIPPED', 'FAILED', 'APPLIED'] as const).map(row);

    const shown = await shownRows(Readable.from(mixed), 200);

    expect(shown.rows.map(({ line }) => line)).toEqual([5, 2, 3, 4, 6]);
  });

  test('rows of more causes than are told are counted', async () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ ...row('FAILED', at), error: { ...refused, code: `CODE_${at}` } }));

    const shown = await shownRows(Readable.from(many), 200);

    expect(shown.causes.reduce((sum, { count }) => sum + count, shown.otherCauses)).toBe(25);
    expect(shown.otherCauses).toBe(5);
  });

  test('what is no ICCID neither reaches the terminal raw nor widens the table', async () => {
    const evil = { ...row('REJECTED', 1), iccid: `\u001b[2Jno\nICCID ${'z'.repeat(300)}`, provider: 'POND\u001b[31m' };

    const text = await renderTable({ ...result, rows: () => Readable.from([evil]) }, { columns: 80, isOutTty: true, paint: bare });

    expect(text).not.toContain('\u001b');
    expect(Math.max(...text.split('\n').flatMap((line) => (line.startsWith('│') ? [line.length] : [])))).toBeLessThanOrEqual(80);
  });
});
