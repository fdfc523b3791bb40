import fc from 'fast-check';
import { expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { listOf, readAll } from './read.ts';

const chunk = fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 40 }));

test('P11: no bytes crash the reader; it fails with a clear error or not at all', async () => {
  const csvLike = fc
    .string({
      maxLength: 400,
      unit: fc.constantFrom('"', '""', ',', ';', '\n', '\r', '\r\n', '\t', '8', 'a', "'", '\0', 'ö', '89883030000000000015'),
    })
    .map((text) => Buffer.from(text));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    csvLike,
    csvLike.map((text) => Buffer.concat([Buffer.from('iccid,note\n'), text])),
    csvLike.map((text) => Buffer.from(text.toString(), 'utf16le')),
  );
  const options = fc.constantFrom<readonly string[]>([], ['iccid=1'], ['iccid=2', 'plan=1'], ['iccid=a']);
  await fc.assert(
    fc.asyncProperty(bytes, chunk, options, async (list, size, columns) => {
      const ended = await readAll(listOf(list, size), ...columns).catch((error: unknown) => error);

      expect(ended instanceof Error ? ended : null).toSatisfy((error) => error === null || error instanceof PondBulkError);
    }),
    { numRuns: 1000 },
  );
});

/** How a table is written down. */
interface Dialect {
  readonly delimiter: string;
  readonly end: string;
  readonly encoding: 'utf-8' | 'utf-8 bom' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  readonly quoteAll: boolean;
  readonly endsWithLineEnd: boolean;
}

const dialects: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  encoding: fc.constantFrom('utf-8', 'utf-8 bom', 'utf-16le', 'utf-16be', 'windows-1252'),
  quoteAll: fc.boolean(),
  endsWithLineEnd: fc.boolean(),
});

interface Line {
  readonly blankBefore: number;
  readonly cells: readonly string[];
}

/** No blanks at the ends and no leading apostrophe: the reader takes those off. */
const cell = fc
  .string({ maxLength: 12, unit: fc.constantFrom('a', 'ö', 'ß', '"', ',', ';', '\t', ' ', "'", '\n', '1', 'E') })
  .map((text) => text.replaceAll(/^[\s']+|\s+$/g, ''));
const iccid = fc.string({ minLength: 18, maxLength: 22, unit: fc.constantFrom('0', '1', '3', '8', '9') });
const tables: fc.Arbitrary<readonly Line[]> = fc.array(fc.record({ blankBefore: fc.nat({ max: 2 }), cells: fc.tuple(cell, iccid, cell) }), {
  minLength: 1,
  maxLength: 12,
});

function written(table: readonly Line[], { delimiter, end, encoding, quoteAll, endsWithLineEnd }: Dialect): Buffer {
  const quoted = (text: string): string => (quoteAll || /[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = table.map(({ blankBefore, cells }) => end.repeat(blankBefore) + cells.map(quoted).join(delimiter));
  const text = lines.join(end) + (endsWithLineEnd ? end : '');
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-8 bom':
      return Buffer.from(`\ufeff${text}`);
    case 'utf-16le':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'windows-1252':
      return Buffer.from(text, 'latin1');
    default:
      return encoding satisfies never;
  }
}

/** Physical lines where the records start. */
function linesOf(table: readonly Line[]): readonly number[] {
  let line = 1;
  return table.map(({ blankBefore, cells }) => {
    const start = line + blankBefore;
    line = start + cells.join('').split('\n').length;
    return start;
  });
}

test('P11: a table written in any dialect is read back, cell by cell and with the lines of the file', async () => {
  const header: Line = { blankBefore: 0, cells: ['one', 'iccid', 'two'] };
  await fc.assert(
    fc.asyncProperty(tables, dialects, fc.boolean(), chunk, async (body, dialect, hasHeader, size) => {
      const table = hasHeader ? [header, ...body] : body;
      const bytes = written(table, dialect);

      const { rows } = await readAll(listOf(bytes, size), 'iccid=2');

      expect(rows.map(({ iccid: read, cells, line, problem }) => ({ read, cells, line, problem }))).toEqual(
        body.map(({ cells }, index) => ({
          read: cells[1],
          cells,
          line: linesOf(table)[index + (hasHeader ? 1 : 0)],
          problem: null,
        })),
      );
    }),
    { numRuns: 500 },
  );
});
