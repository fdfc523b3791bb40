import { Readable } from 'node:stream';

import { CsvError, parse, type Info, type Options } from 'csv-parse';

import { detectDelimiter } from './detect-delimiter.ts';

/** One record of a CSV text. */
export interface CsvRecord {
  /** Physical line where it starts, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why it cannot be read; its one cell is the text of the line then. */
  readonly problem: string | null;
}

/** No real row is longer; a quote that is never closed is given up here instead of swallowing the file. */
const MAX_RECORD_BYTES = 64 * 1024;

/**
 * Reads CSV records from chunks of text. A record that cannot be read (a quote that is never closed) is told as one,
 * and reading goes on with the line after the one it began on.
 */
export async function* readRecords(text: AsyncIterable<string | Buffer>): AsyncGenerator<CsvRecord> {
  const source = bufferedSource(text);
  const delimiter = detectDelimiter((await source.peek()).toString());
  let line = 1;
  /** Set after an error: so many good records stand before the bad one. */
  let bad: { readonly after: number; readonly reason: string } | null = null;
  for (;;) {
    const feed = Readable.from(source.rest(), { objectMode: false });
    const parser = feed.pipe(parse({ ...options(delimiter), ...(bad === null || bad.after === 0 ? {} : { to: bad.after }) }));
    feed.on('error', (error) => parser.destroy(error));
    const startLine = line;
    let seen = 0;
    // csv-parse counts a CRLF inside a cell as two lines.
    let doubles = 0;
    try {
      if (bad?.after !== 0) {
        for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
          yield { line, cells: record, problem: null };
          doubles += crlfsIn(record);
          line = startLine + info.lines - doubles;
          seen += 1;
          source.done(info.bytes);
        }
      }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      // An error discards the records that were parsed and not read yet: they are parsed again.
      bad = { after: Number(error['records']) - seen, reason: reasonOf(error) };
      continue;
    } finally {
      feed.destroy();
    }
    if (bad === null) return;
    const skipped = await source.skipLine();
    if (skipped === null) return;
    yield { line, cells: [skipped], problem: bad.reason };
    line += 1;
    bad = null;
  }
}

function crlfsIn(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + (cell.includes('\r\n') ? cell.split('\r\n').length - 1 : 0), 0);
}

function options(delimiter: string): Options {
  return {
    delimiter,
    info: true,
    // A stray quote is a problem of its line: read as text it can hide the lines after it.
    relax_quotes: false,
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    record_delimiter: ['\r\n', '\n', '\r'],
  };
}

function reasonOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_MAX_RECORD_SIZE':
      return 'a quote is opened and never closed';
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'a quote stands inside a cell';
    default:
      return 'it is no CSV';
  }
}

/** The bytes that no record has used up yet are kept, so that reading can begin again behind a bad line. */
function bufferedSource(text: AsyncIterable<string | Buffer>) {
  const chunks = text[Symbol.asyncIterator]();
  let kept: Buffer[] = [];
  /** Bytes used by records of the current parser, and of them those that were dropped from `kept`. */
  let used = 0;
  let dropped = 0;
  let pulling: Promise<Buffer | null> | null = null;
  const pull = (): Promise<Buffer | null> => {
    pulling ??= chunks
      .next()
      .then(({ done, value }) => {
        if (done === true) return null;
        const chunk = typeof value === 'string' ? Buffer.from(value) : value;
        kept.push(chunk);
        return chunk;
      })
      .finally(() => {
        pulling = null;
      });
    return pulling;
  };
  /** What the current parser's records have not used. */
  const unused = (): Buffer => Buffer.concat(kept).subarray(used - dropped);
  return {
    peek: async () => (await pull()) ?? Buffer.alloc(0),
    async *rest() {
      const begun = unused();
      kept = begun.length === 0 ? [] : [begun];
      used = 0;
      dropped = 0;
      if (begun.length > 0) yield begun;
      for (let chunk = await pull(); chunk !== null; chunk = await pull()) if (chunk.length > 0) yield chunk;
    },
    done: (bytes: number) => {
      used = bytes;
      for (let first = kept[0]; first !== undefined && dropped + first.length <= used; first = kept[0]) {
        dropped += first.length;
        kept.shift();
      }
    },
    /** Takes the next physical line away and answers it; null at the end. */
    skipLine: async (): Promise<string | null> => {
      await pulling;
      for (;;) {
        const ahead = unused();
        const end = ahead.findIndex((byte) => byte === 10 || byte === 13);
        const isCut = end < 0 || (ahead[end] === 13 && end + 1 === ahead.length);
        if (isCut && (await pull()) !== null) continue;
        if (ahead.length === 0) return null;
        const next = end < 0 ? ahead.length : ahead[end] === 13 && ahead[end + 1] === 10 ? end + 2 : end + 1;
        used += next;
        return ahead.subarray(0, end < 0 ? ahead.length : end).toString();
      }
    },
  };
}
