import { accessSync, constants, createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline, type Readable } from 'node:stream';

import { PondBulkError } from '../domain/errors.ts';
import { fileProblem } from '../domain/file-problem.ts';
import type { List, ListRow } from '../domain/list-row.ts';
import { findColumns, type ColumnKey, type Columns } from './columns.ts';
import { decodeText } from './decode.ts';
import { malformed } from './list-problems.ts';
import { listRow, malformedRow } from './list-row.ts';
import { readRecords, type CsvRecord } from './records.ts';

/** Where a list comes from. */
export interface ListSource {
  /** For messages: the file's name, or "standard input". */
  readonly name: string;
  readonly stream: Readable;
}

/** Opens a file. Throws PondBulkError (config) when it is not there or cannot be read. */
export function openListFile(path: string): ListSource {
  try {
    if (statSync(path).isDirectory()) throw new Error('it is a folder');
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new PondBulkError('config', 'LIST_UNREADABLE', `The list ${path} cannot be read: ${fileProblem(cause)}`, { cause });
  }
  const stream = createReadStream(path, { highWaterMark: 64 * 1024 });
  // It may fail before anybody reads it; readList tells it then.
  stream.on('error', () => undefined);
  return { name: basename(path), stream };
}

/** So many records that cannot be read may stand before the first that can; a file with more of them is no list. */
const MAX_BROKEN_AHEAD = 1000;

/** There is nothing to read but broken records. */
const NO_COLUMNS: Columns = { names: ['column 1'], index: new Map(), hasHeader: false };

/**
 * Reads a list of devices, with flat memory however long it is. Resolves when its columns are known. Rejects with
 * PondBulkError (input) when it is empty or nobody can tell where its ICCIDs are, and with what `requireColumns` throws; wrong lines
 * become rows with a problem.
 */
export async function readList(
  source: ListSource,
  columnOptions: ReadonlyMap<ColumnKey, string>,
  requireColumns: (keys: ReadonlySet<ColumnKey>) => void = () => undefined,
): Promise<List> {
  const batches = filledRecords(source);
  try {
    const ahead: CsvRecord[] = [];
    const isReadable = ({ problem }: CsvRecord): boolean => problem === null;
    while (!ahead.some(isReadable)) {
      const next = await batches.next();
      if (next.done === true) break;
      ahead.push(...next.value);
      if (ahead.length > MAX_BROKEN_AHEAD && !ahead.some(isReadable)) throw noList(source.name, ahead);
    }
    if (ahead.length === 0) throw new PondBulkError('input', 'EMPTY_LIST', `${source.name} is empty. Give a list with one ICCID per line`);
    const first = ahead.find(isReadable);
    const columns = first === undefined ? NO_COLUMNS : findColumns(first.cells, columnOptions, source.name, first.line);
    requireColumns(new Set(columns.index.keys()));
    const body = columns.hasHeader ? ahead.filter((record) => record !== first) : ahead;
    return { name: source.name, columns: columns.names, rows: rows(body, batches, columns) };
  } catch (error) {
    await batches.return();
    throw error;
  }
}

type Batches = AsyncGenerator<readonly CsvRecord[], void>;

async function* rows(ahead: readonly CsvRecord[], batches: Batches, columns: Columns): AsyncGenerator<readonly ListRow[]> {
  const rowOf = ({ line, cells, problem }: CsvRecord): ListRow =>
    problem === null ? listRow(line, cells, columns) : malformedRow(line, cells[0] ?? '', problem);
  if (ahead.length > 0) yield ahead.map(rowOf);
  for await (const batch of batches) yield batch.map(rowOf);
}

/** The records that are not blank. */
async function* filledRecords({ name, stream }: ListSource): Batches {
  // What goes wrong in the stream comes out at the end of the pipeline.
  const text = pipeline(stream, decodeText(), () => undefined);
  try {
    for await (const batch of readRecords(text)) {
      yield batch.filter(({ problem, cells }) => problem !== null || cells.some((cell) => cell.trim() !== ''));
    }
  } catch (cause) {
    throw new PondBulkError('config', 'LIST_UNREADABLE', `${name} cannot be read to its end: ${String(cause)}`, { cause });
  }
}

function noList(name: string, broken: readonly CsvRecord[]): PondBulkError {
  const [first] = broken;
  const reason = first === undefined || first.problem === null ? '' : ` ${malformed(first.problem).message}`;
  const lines = `the first ${broken.length} lines cannot be read`;
  return new PondBulkError('input', 'LIST_MALFORMED', `${name}: ${lines}.${reason}. Give a CSV file, a spreadsheet saved "as CSV"`);
}
