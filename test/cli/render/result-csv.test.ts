import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvCell, renderFailedCsv } from '../../../src/cli/render/result-csv.ts';
import type { ListRow } from '../../../src/domain/list-row.ts';
import { readList } from '../../../src/intake/read-list.ts';
import { joined, result, row } from './sample-result.ts';

describe('P11: CSV', () => {
  const cellText = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '\t', '\n', 'a', '1', '.', ' ', 'ü') });

  test('no cell is a formula, and reading gives back what was written', () => {
    fc.assert(
      fc.property(cellText, (text) => {
        const written = csvCell(text);
        const [[back]] = parse(`${written},x`, { relax_quotes: false }) as [[string]];

        expect(/^[=+\-@]/.test(back) && !/^[+-]?\d+(\.\d+)?$/.test(back)).toBe(false);
        expect(back.startsWith("'") ? back.slice(1) : back).toBe(text);
      }),
    );
  });

  test('failed.csv is valid input again: the same cells, whatever the operator keeps in the columns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cellText, { minLength: 1, maxLength: 8 }), async (notes) => {
        const sent = notes.map((note, index) => ({ ...row('FAILED', index), cells: [row('FAILED', index).iccid, note.trim()] }));
        const text = await joined(renderFailedCsv({ columns: result.columns, rows: () => Readable.from(sent) }));

        const list = await readList({ name: 'failed.csv', stream: Readable.from([Buffer.from(text)]) }, new Map());
        const read: ListRow[] = [];
        for await (const page of list.rows) read.push(...page);

        expect(read.map(({ problem }) => problem)).toEqual(sent.map(() => null));
        expect(read.map(({ cells }) => cells)).toEqual(sent.map(({ cells }) => cells));
      }),
    );
  });
});
