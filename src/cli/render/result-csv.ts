import type { RowResult, RunResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';

/** A spreadsheet would take these as a formula; a `'` is kept apart from the one that is put before them. */
const GUARDED = /^[=+\-@\t\r']/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** One cell of CSV: quoted where needed, and never a formula (one leading `'`, which reading takes off again). */
export function csvCell(text: string): string {
  const safe = GUARDED.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  // `;` and tabs too: who reads it again tells the delimiter by counting them outside of quotes.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** All rows in input order: the original columns, then status, code and message. */
export async function* renderCsv({ columns, rows }: Pick<RunResult, 'columns' | 'rows'>): AsyncGenerator<string> {
  yield csvLine([...columns, 'status', 'code', 'message']);
  for await (const row of rows()) yield csvLine([...padded(row, columns.length), row.status, row.error?.code ?? '', row.message]);
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
