import { CsvError, parse, type Info, type Options } from 'csv-parse/sync';

import { detectDelimiter } from './detect-delimiter.ts';
import { endOfLastLine, firstLine } from './lines.ts';

/** Why a record cannot be read. */
export type RecordProblem = 'QUOTE_OPEN' | 'QUOTE_INSIDE' | 'TOO_LONG' | 'NUL';

/** One record of a CSV text. */
export interface CsvRecord {
  /** Physical line where it starts, from 1. */
  readonly line: number;
  /** With a problem: one cell, the text of the line. */
  readonly cells: readonly string[];
  readonly problem: RecordProblem | null;
}

/** No real row is longer; a quote that is never closed is given up here instead of swallowing the file. */
const MAX_RECORD_BYTES = 64 * 1024;
/** More of a line than this is not kept in memory. */
const MAX_LINE_BYTES = 4 * MAX_RECORD_BYTES;
const DELIMITER_BYTES = 16 * 1024;

/**
 * Reads CSV records from chunks of UTF-8, in batches: those of a chunk. The first chunk must hold enough to tell the delimiter. A
 * record that cannot be read is told as one, and reading goes on with the physical line after the one it began on.
 */
export async function* readRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly CsvRecord[]> {
  let delimiter: string | null = null;
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let isCutOff = false;
  const take = (isEnd: boolean): readonly CsvRecord[] => {
    delimiter ??= detectDelimiter(rest.toString('utf8', 0, DELIMITER_BYTES));
    const records: CsvRecord[] = [];
    for (;;) {
      const lines = rest.subarray(0, isEnd ? rest.length : endOfLastLine(rest));
      const good = isCutOff ? NOTHING_GOOD : parseGood(lines, delimiter);
      for (const cells of good.records) {
        records.push(good.isPlain ? { line, cells, problem: null } : withoutNul({ line, cells, problem: null }, delimiter));
        line += good.isPlain ? 1 : linesOf(cells);
      }
      rest = rest.subarray(good.bytes);
      const bad = lines.subarray(good.bytes);
      // What follows may still close the quote.
      if (bad.length === 0 || (good.error?.code === 'CSV_QUOTE_NOT_CLOSED' && !isEnd)) return records;
      const { text, bytes } = firstLine(bad);
      records.push({ line, cells: [text], problem: problemOf(good.error, bytes) });
      rest = rest.subarray(bytes);
      line += 1;
      isCutOff = false;
    }
  };
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const records = take(false);
    if (rest.length > MAX_LINE_BYTES && endOfLastLine(rest) === 0) {
      rest = rest.subarray(0, MAX_LINE_BYTES);
      isCutOff = true;
    }
    if (records.length > 0) yield records;
  }
  yield take(true);
}

interface Good {
  readonly records: readonly (readonly string[])[];
  /** Length of those records. */
  readonly bytes: number;
  /** Why the next record cannot be read. */
  readonly error: CsvError | null;
  /** There are neither quotes nor NULs: nothing to look at more closely. */
  readonly isPlain: boolean;
}

const NOTHING_GOOD: Good = { records: [], bytes: 0, error: null, isPlain: true };

/** The records up to the first that breaks the rules of quotes. */
function parseGood(text: Buffer, delimiter: string): Good {
  const isPlain = !text.includes('"') && !text.includes(0);
  try {
    return { records: parse(text, strict(delimiter)), bytes: text.length, error: null, isPlain };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const count = Number(error['records']);
    if (count === 0) return { ...NOTHING_GOOD, error };
    // `info: true` makes these of the arrays, which its types do not say.
    const good = parse(text, { ...strict(delimiter), to: count, info: true }) as unknown as readonly { record: string[]; info: Info }[];
    return { records: good.map(({ record }) => record), bytes: good.at(-1)?.info.bytes ?? 0, error, isPlain };
  }
}

function problemOf(error: CsvError | null, length: number): RecordProblem {
  if (length > MAX_RECORD_BYTES) return 'TOO_LONG';
  return error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE' ? 'QUOTE_OPEN' : 'QUOTE_INSIDE';
}

function strict(delimiter: string): Options {
  return {
    delimiter,
    trim: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
  };
}

/** A NUL is no text: the list is none, or was damaged. */
function withoutNul(record: CsvRecord, delimiter: string): CsvRecord {
  if (!record.cells.some((cell) => cell.includes('\0'))) return record;
  return { ...record, cells: [record.cells.join(delimiter).replaceAll('\0', '\ufffd')], problem: 'NUL' };
}

/** csv-parse counts a CRLF inside a cell twice, so it is not asked. */
function linesOf(cells: readonly string[]): number {
  return cells.reduce((lines, cell) => (/[\r\n]/.test(cell) ? lines + cell.split(/\r\n|\n|\r/).length - 1 : lines), 1);
}
