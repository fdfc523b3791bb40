import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';

import { PondBulkError } from '../domain/errors.ts';
import type { List, ListRow } from '../domain/list-row.ts';
import { findColumns, type ColumnKey } from './columns.ts';
import { decodeText } from './decode.ts';
import { listRow, malformedRow } from './list-row.ts';
import { readRecords, type CsvRecord } from './records.ts';

/** Where a list comes from. */
export interface ListSource {
  /** For messages: the file's name, or "standard input". */
  readonly name: string;
  readonly stream: Readable;
}

/** Opens a file. Rejects with PondBulkError (config) when it is not there or cannot be read. */
export function openListFile(path: string): ListSource {
  try {
    if (statSync(path).isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    const reason =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
        ? 'there is no such file'
        : cause instanceof Error
          ? cause.message
          : String(cause);
    throw new PondBulkError('config', 'LIST_UNREADABLE', `The list ${path} cannot be read: ${reason}`, { cause });
  }
  return { name: basename(path), stream: createReadStream(path, { highWaterMark: 256 * 1024 }) };
}

/**
 * Reads a list of devices, with flat memory however long it is. Resolves when its columns are known. Rejects with
 * PondBulkError (input) when it is empty or nobody can tell where its ICCIDs are; wrong lines become rows with a problem.
 */
export async function readList(source: ListSource, columnOptions: ReadonlyMap<ColumnKey, string>): Promise<List> {
  const text = source.stream.on('error', (error) => text.destroy(error)).pipe(decodeText());
  const records = readRecords(text)[Symbol.asyncIterator]();
  const first = await nextFilled(records, source);
  if (first === null) throw new PondBulkError('input', 'EMPTY_LIST', `${source.name} is empty. Give a list with one ICCID per line`);
  const columns = findColumns(first.cells, columnOptions, source.name, first.line);

  async function* rows(): AsyncGenerator<ListRow> {
    if (!columns.hasHeader && first !== null) yield rowOf(first);
    for (let record = await nextFilled(records, source); record !== null; record = await nextFilled(records, source)) yield rowOf(record);
  }
  const rowOf = (record: CsvRecord): ListRow =>
    record.problem === null
      ? listRow(record.line, record.cells, columns)
      : malformedRow(record.line, record.cells[0] ?? '', record.problem);
  return { name: source.name, columns: columns.names, rows: rows() };
}

/** The next record that is not blank. */
async function nextFilled(records: AsyncIterator<CsvRecord>, { name }: ListSource): Promise<CsvRecord | null> {
  for (;;) {
    const next = await records.next().catch((cause: unknown) => {
      throw cause instanceof PondBulkError
        ? cause
        : new PondBulkError('config', 'LIST_UNREADABLE', `${name} cannot be read to its end: ${String(cause)}`, { cause });
    });
    if (next.done === true) return null;
    if (next.value.problem !== null || next.value.cells.some((cell) => cell.trim() !== '')) return next.value;
  }
}
