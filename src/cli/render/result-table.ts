import Table from 'cli-table3';

import type { RowResult, RunResult } from '../../domain/result.ts';
import { ROW_STATUSES, type RowStatus } from '../../domain/status.ts';
import type { Style, Terminal } from '../terminal.ts';
import { transition } from './device-state.ts';
import { plain, shortened } from './plain.ts';
import { shownRows, type Cause } from './shown-rows.ts';

/** cli-table3 takes time with the square of its rows; more are read in a file. */
const MAX_ROWS = 200;

const STYLES: Readonly<Record<RowStatus, Style>> = {
  PLANNED: 'cyan',
  APPLIED: 'green',
  NOOP: 'green',
  ACCEPTED: 'yellow',
  UNKNOWN: 'red',
  FAILED: 'red',
  COMPENSATED: 'red',
  REJECTED: 'red',
  STALE: 'yellow',
  SKIPPED: 'dim',
  NOT_STARTED: 'yellow',
};

/** The table of a run, then its totals, causes of failures, files, and the next command. */
export async function renderTable(result: RunResult, terminal: Pick<Terminal, 'columns' | 'paint'>): Promise<string> {
  const { rows, total, causes } = await shownRows(result.rows(), MAX_ROWS);
  const parts = [table(rows, terminal)];
  if (total > rows.length) parts.push(`… and ${total - rows.length} more rows: --output csv, or --results DIR, has them all`);
  parts.push(totals(result, terminal));
  if (causes.length > 0) parts.push(causesText(causes, terminal));
  const facts = [
    ...(result.bulkChangeIds.length === 0
      ? []
      : [`Bulk change${result.bulkChangeIds.length === 1 ? '' : 's'} ${result.bulkChangeIds.join(', ')} (run ${result.run})`]),
    ...result.warnings.map((warning) => `Warning: ${plain(warning)}`),
    ...result.files.map((file) => `Wrote ${file}`),
    ...(result.next === null ? [] : [`Next: ${result.next}`]),
  ];
  return `${[...parts, facts.join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}

function table(rows: readonly RowResult[], { columns, paint }: Pick<Terminal, 'columns' | 'paint'>): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => [
    String(row.line),
    row.iccid,
    row.provider ?? '',
    row.status,
    plain(transition(row.before, row.after)),
    plain(row.message),
  ]);
  const head = ['Line', 'ICCID', 'Provider', 'Status', 'Change', 'Message'];
  const widths = fit([head, ...cells], columns);
  const kept = widths.flatMap((width, at) => (width > 0 ? [at] : []));
  // No rule between rows: twice as many fit on a screen.
  const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const made = new Table({
    chars,
    head: kept.map((at) => head[at] ?? ''),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
  });
  for (const [index, row] of cells.entries()) {
    const status = rows[index]?.status ?? 'UNKNOWN';
    made.push(kept.map((at) => (at === 3 ? paint(STYLES[status], row[at] ?? '') : shortened(row[at] ?? '', widths[at] ?? 0))));
  }
  return made.toString();
}

/** Columns that may be shortened or left out when the terminal is narrow: never the line, the ICCID and the status. */
const PROVIDER = 2;
const CHANGE = 4;
const MESSAGE = 5;
const NARROWEST = 12;

/** Widths of the columns' texts; 0 leaves a column out. */
function fit(rows: readonly (readonly string[])[], columns: number): readonly number[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const over = (): number => widths.reduce((sum, width) => sum + (width > 0 ? width + 3 : 0), 1) - columns;
  const shrink = (at: number): void => {
    const width = widths[at] ?? 0;
    if (over() > 0) widths[at] = Math.max(Math.min(width, NARROWEST), width - over());
  };
  shrink(MESSAGE);
  // The provider is the same in most lists; what changes is not.
  if (over() > 0) widths[PROVIDER] = 0;
  shrink(CHANGE);
  if (over() > 0) widths[CHANGE] = 0;
  // What a dropped column gave back goes to the message.
  const wanted = Math.max(...rows.map((row) => row[MESSAGE]?.length ?? 0));
  if (over() < 0) widths[MESSAGE] = Math.min(wanted, (widths[MESSAGE] ?? 0) - over());
  return widths;
}

function totals({ byStatus, rowCount, seconds, dryRun }: RunResult, { paint }: Pick<Terminal, 'paint'>): string {
  const counts = ROW_STATUSES.flatMap((status) =>
    byStatus[status] === undefined ? [] : [`${paint(STYLES[status], status)} ${byStatus[status]}`],
  );
  const rate = !dryRun && seconds >= 1 ? `, ${Math.round((rowCount / seconds) * 10) / 10}/s` : '';
  return `${rowCount} row${rowCount === 1 ? '' : 's'}: ${counts.join(', ')} (${seconds.toFixed(1)} s${rate})${dryRun ? ' – dry run, nothing was changed' : ''}`;
}

function causesText(causes: readonly Cause[], { paint }: Pick<Terminal, 'paint'>): string {
  return causes
    .map(({ status, code, count, example }) => {
      const hint = example.error?.hint ?? null;
      return `${paint(STYLES[status], status)} ${code} × ${count}: ${plain(example.message)}${hint === null ? '' : ` – ${plain(hint)}`} (line ${example.line}, ${example.iccid})`;
    })
    .join('\n');
}
