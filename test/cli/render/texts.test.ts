import { describe, expect, test } from 'vitest';

import { transition } from '../../../src/cli/render/device-state.ts';
import { plain, shortened } from '../../../src/cli/render/plain.ts';
import { shownRows } from '../../../src/cli/render/shown-rows.ts';
import { validationText } from '../../../src/cli/render/validation.ts';
import type { PreparedList } from '../../../src/domain/facts-store.ts';
import type { RowResult } from '../../../src/domain/result.ts';
import { eachOf, SAMPLE_ROWS, sampleRow } from '../sample-result.ts';

describe('a change is shown as what differs', () => {
  test.each([
    ['one member', { plan: 'A', commPlan: 'C' }, { plan: 'B' }, 'A → B'],
    ['several, by name', { plan: 'A', commPlan: null }, { plan: 'B', commPlan: 'C' }, 'plan A → B, comm plan - → C'],
    ['the same again', { plan: 'A' }, { plan: 'A' }, 'A'],
    ['nothing known before', null, { plan: 'B' }, 'B'],
    ['something taken away', { siteId: 3 }, { siteId: null }, '3 → -'],
    ['nothing after', { plan: 'A' }, null, ''],
  ])('%s', (_name, before, after, text) => {
    expect(transition(before, after)).toBe(text);
  });
});

describe('text of others is made safe', () => {
  test.each([
    ['colours', '\u001B[31mred\u001B[0m', 'red'],
    ['lines', ' a\r\n\tb ', 'a b'],
    ['a window title', '\u001B]0;x\u0007y', 'y'],
    ['C1 controls', 'a\u0085b', 'a b'],
    ['nothing', 'Zürich 🚀', 'Zürich 🚀'],
  ])('%s', (_name, text, safe) => {
    expect(plain(text)).toBe(safe);
  });

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['ab🚀cd', 4, 'ab…'],
  ])('%s in %i characters is %s', (text, width, short) => {
    expect(shortened(text, width)).toBe(short);
  });
});

describe('the rows that are shown', () => {
  test('what an operator must see comes first, all others in the order of the list', async () => {
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

  test('of very many rows only those that are shown are kept', async () => {
    function* many(): Generator<RowResult> {
      for (let index = 0; index < 50_000; index += 1) yield sampleRow(index === 49_999 ? 'FAILED' : 'APPLIED', index);
    }

    const { rows, total } = await shownRows(eachOf(many()), 200);

    expect([rows.length, total, rows[0]?.status]).toEqual([200, 50_000, 'FAILED']);
  });

  test('twenty causes are told one by one, the rest is counted', async () => {
    const rows = Array.from({ length: 30 }, (_, index): RowResult => {
      const row = sampleRow('FAILED', index);
      return { ...row, error: row.error === null ? null : { ...row.error, code: `CODE_${Math.min(index, 24)}` } };
    });

    const { causes, otherCauses } = await shownRows(eachOf(rows), 200);

    expect([causes.length, otherCauses]).toEqual([20, 10]);
  });

  test('a row that was left out is no cause', async () => {
    const skipped = { ...sampleRow('FAILED', 0), status: 'SKIPPED' } as const;

    const { causes } = await shownRows(eachOf([skipped]), 200);

    expect(causes).toEqual([]);
  });
});

describe('the report of a validation', () => {
  // Only its name is asked for.
  const list = { name: 'list.csv' } as PreparedList;

  test('is empty for a valid list', () => {
    const text = validationText({
      answer: { isValid: true, validationMessage: '', errors: [] },
      byStatus: { PLANNED: 3 },
      problems: [],
      list,
    });

    expect(text).toBe('');
  });

  test('has every problem with its line and column, and counts those that are not shown', () => {
    const text = validationText({
      answer: { isValid: false, validationMessage: 'Errors', errors: ['a', 'b', 'c'] },
      byStatus: { PLANNED: 1, REJECTED: 3 },
      problems: [
        { line: 2, column: 'iccid', message: 'Invalid\u001B[31m ICCID: x', hint: 'look' },
        { line: 4, column: null, message: 'Unknown device', hint: null },
      ],
      list,
    });

    expect(text.split('\n')).toEqual([
      'list.csv: Errors',
      expect.stringMatching(/^ {2}line 2, column iccid: Invalid ICCID: x .+ look$/),
      '  line 4: Unknown device',
      expect.stringMatching(/^ {2}.+ and 1 more$/),
    ]);
  });
});
