import { Readable } from 'node:stream';

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvCell, csvLine, renderCsv, renderFailedCsv } from '../../../src/cli/render/result-csv.ts';
import type { ListRow } from '../../../src/domain/list-row.ts';
import { findColumns } from '../../../src/intake/columns.ts';
import { listRow } from '../../../src/intake/list-row.ts';
import { readList } from '../../../src/intake/read-list.ts';
import { expectGolden } from '../../golden.ts';
import { joined, sampleResult, sampleRow } from '../sample-result.ts';

const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** Texts that are mostly the characters that matter. */
const nasty = fc.oneof(
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '\t', '\n', '\r', 'a', '1', '.', ' ', 'ö', '\u00A0') }),
  fc.string({ unit: 'grapheme' }),
);

/** The one record of a CSV text, as the intake has it parsed. */
function parsed(line: string): readonly string[] {
  return (parse(line, { record_delimiter: ['\r\n', '\n', '\r'] })[0] ?? []) as readonly string[];
}

describe('P11: what is written is read again', () => {
  test('a cell is the same when one leading apostrophe is taken off', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const [read = ''] = parsed(csvLine([text, 'x']));

        expect(read.startsWith("'") ? read.slice(1) : read).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test("a cell as the intake keeps it is the same by the intake's own rule", () => {
    const columns = findColumns(['iccid', 'note'], new Map(), 'list');
    fc.assert(
      fc.property(nasty, (raw) => {
        const kept = listRow(2, ['1', raw], columns).cells;

        const again = listRow(2, parsed(csvLine(kept)), columns).cells;

        expect(again).toEqual(kept);
      }),
      { numRuns: 2000 },
    );
  });

  test('failed.csv is a list again, with the same cells', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 8 }), async (notes) => {
        const cells = notes.map((note, index) => [sampleRow('FAILED', index).iccid, note.trim()]);
        const rows = cells.map((each, index) => ({ ...sampleRow('FAILED', index), cells: each }));

        const text = await joined(renderFailedCsv(sampleResult({}, rows)));
        const list = await readList({ name: 'failed.csv', stream: Readable.from([Buffer.from(text)]) }, new Map());
        const read: ListRow[] = [];
        for await (const page of list.rows) read.push(...page);

        expect(list.columns).toEqual(['iccid', 'note']);
        expect(read.map(({ problem }) => problem)).toEqual(cells.map(() => null));
        expect(read.map((row) => row.cells)).toEqual(cells);
      }),
      { numRuns: 200 },
    );
  });
});

describe('no cell is a formula', () => {
  test('none begins with = + - @ unless it is a plain number', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const written = csvCell(text);
        const [shown = ''] = parsed(csvLine([text, 'x']));

        for (const cell of [written, shown]) expect(/^[=+\-@\t\r]/.test(cell) && !NUMBER.test(cell)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-', "'-"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-1e5', "'-1e5"],
    ['-12.50', '-12.50'],
    ['+1', '+1'],
    ['8988303000000000001', '8988303000000000001'],
    ["'=1", "''=1"],
    ['=1,"2"', '"\'=1,""2"""'],
    ['', ''],
  ])('%j is written as %j', (text, written) => {
    expect(csvCell(text)).toBe(written);
  });
});

describe('P9: what is in the files is stable', () => {
  test('results.csv has all rows in the order of the list: their columns, then status, code and message', async () => {
    const text = await joined(renderCsv(sampleResult()));

    expectGolden('results.csv', text);
    const records = parse(text, { columns: true }) as readonly Record<string, string>[];
    expect(Object.keys(records[0] ?? {})).toEqual(['iccid', 'note', 'status', 'code', 'message']);
    expect(records.map(({ iccid }) => iccid)).toEqual(Array.from({ length: 11 }, (_, index) => sampleRow('APPLIED', index).iccid));
    expect(records.find(({ status }) => status === 'FAILED')).toMatchObject({ code: 'HTTP_400' });
    expect(records.find(({ status }) => status === 'APPLIED')).toMatchObject({ code: '', message: 'OK', note: "'=1+1" });
  });

  test('failed.csv has the rows that may be tried anew, and no others', async () => {
    const text = await joined(renderFailedCsv(sampleResult()));

    expectGolden('failed.csv', text);
    const [header, ...records] = parse(text) as readonly string[][];
    const tried = sampleResult().byStatus;
    expect(header).toEqual(['iccid', 'note']);
    expect(Object.keys(tried).filter((_status, index) => records.some(([iccid]) => iccid === sampleRow('APPLIED', index).iccid))).toEqual([
      'FAILED',
      'COMPENSATED',
      'STALE',
      'NOT_STARTED',
    ]);
  });

  test('a row with fewer cells than columns keeps its status in its column', async () => {
    const short = { ...sampleRow('REJECTED', 0), cells: ['broken'] };

    const [, record] = parse(await joined(renderCsv(sampleResult({}, [short])))) as readonly string[][];

    expect(record?.slice(0, 3)).toEqual(['broken', '', 'REJECTED']);
  });
});
