import type { Drift, RowResult, RunResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';
import { heldText } from './drift.ts';

/** A spreadsheet would take these as a formula; a `'` is kept apart from the one that is put before them. */
const GUARDED = /^[=+\-@\t\r']/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** One cell of CSV: quoted where needed, and never a formula (one leading `'`, which reading takes off again). */
export function csvCell(text: string): string {
  const safe = GUARDED.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  // `;` and tabs too: who reads it again tells the delimiter by counting them outside of quotes.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of CSV, with its line end. Cells that a spreadsheet would take for a formula are made harmless. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** All rows in input order: the original columns, then status, code and message, then drift where it was looked for. */
export async function* renderCsv({ columns, rows, drift }: Pick<RunResult, 'columns' | 'rows' | 'drift'>): AsyncGenerator<string> {
  const found = drift === undefined ? null : new Map(drift.rows.map((each) => [keyOf(each), each]));
  yield csvLine([...columns, 'status', 'code', 'message', ...(found === null ? [] : ['carrier', 'database', 'drift'])]);
  for await (const row of rows()) {
    const cells = [...padded(row, columns.length), row.status, row.error?.code ?? '', row.message];
    yield csvLine(found === null ? cells : [...cells, ...driftCells(found.get(keyOf(row)))]);
  }
}

function keyOf({ bulkChangeId, line }: Pick<RowResult, 'bulkChangeId' | 'line'>): string {
  return `${bulkChangeId} ${line}`;
}

function driftCells(drift: Drift | undefined): readonly string[] {
  if (drift === undefined) return ['', '', ''];
  return [heldText(drift.carrier, drift), heldText(drift.database, drift), drift.message];
}

/** Valid input again: what may be tried anew. Never UNKNOWN, ACCEPTED or REJECTED. */
const FAILED: ReadonlySet<RowStatus> = new Set(['FAILED', 'COMPENSATED', 'STALE', 'NOT_STARTED']);

/** The rows that may be tried anew, as they were in the list. */
export async function* renderFailedCsv({ columns, rows }: Pick<RunResult, 'columns' | 'rows'>): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const row of rows()) if (FAILED.has(row.status)) yield csvLine(padded(row, columns.length));
}

function padded({ cells }: RowResult, length: number): readonly string[] {
  return Array.from({ length }, (_, at) => cells[at] ?? '');
}
