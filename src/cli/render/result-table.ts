import Table from 'cli-table3';

import type { RowResult, RunResult } from '../../domain/result.ts';
import type { StatusCounts } from '../../domain/run-store.ts';
import { ROW_STATUSES, type RowStatus } from '../../domain/status.ts';
import type { Style, Terminal } from '../terminal.ts';
import { transition } from './device-state.ts';
import { renderDrift } from './drift.ts';
import { glyphsFor } from './glyphs.ts';
import { plain, shortened, widthOf } from './plain.ts';
import { shownRows, type Shown } from './shown-rows.ts';

/** cli-table3 takes time with the square of its rows; more are read in a file. */
const MAX_ROWS = 200;

/** An ICCID is never shortened; what is no ICCID (any cell of a list) is. */
const MAX_ICCID = 32;

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

/** Where a table goes. Off a terminal it is plain ASCII. */
export type Paper = Pick<Terminal, 'columns' | 'isOutTty' | 'paint'>;

/** The table of a run, then its totals, causes of failures, files, and the next command. */
export async function renderTable(result: RunResult, paper: Paper): Promise<string> {
  const shown = await shownRows(result.rows(), MAX_ROWS);
  const { rows, total } = shown;
  const parts = [table(rows, paper)];
  if (total > rows.length)
    parts.push(`${glyphsFor(paper.isOutTty).more} and ${total - rows.length} more rows: --output csv, or --results DIR, has them all`);
  parts.push([totals(result, paper), ...ofProviders(shown, paper)].join('\n'), causesText(shown, paper));
  const facts = [
    ...(result.bulkChangeIds.length === 0
      ? []
      : [
          `Bulk change${result.bulkChangeIds.length === 1 ? '' : 's'} ${result.bulkChangeIds.join(', ')} (run ${result.run}${result.rollbackOf == null ? '' : `, rollback of ${result.rollbackOf}`})`,
        ]),
    ...result.warnings.map((warning) => `Warning: ${plain(warning)}`),
    ...result.files.map((file) => `Wrote ${file}`),
    ...(result.next === null ? [] : [`Next: ${result.next}`]),
  ];
  if (result.drift !== undefined) parts.push(renderDrift(result.drift, paper, MAX_ROWS));
  return `${[...parts, facts.join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}

function table(rows: readonly RowResult[], { columns, isOutTty, paint }: Paper): string {
  if (rows.length === 0) return '';
  const { arrow, more, lines } = glyphsFor(isOutTty);
  const cells = rows.map((row) => [
    String(row.line),
    shortened(plain(row.iccid), MAX_ICCID, more),
    plain(row.provider ?? ''),
    row.status,
    plain(transition(row.before, row.after, arrow)),
    plain(row.message),
  ]);
  const head = ['Line', 'ICCID', 'Provider', 'Status', 'Change', 'Message'];
  const widths = fit([head, ...cells], columns);
  const kept = widths.flatMap((width, at) => (width > 0 ? [at] : []));
  const made = new Table({
    chars: lines,
    head: kept.map((at) => head[at] ?? ''),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
  });
  for (const [index, row] of cells.entries()) {
    const status = rows[index]?.status ?? 'UNKNOWN';
    made.push(kept.map((at) => (at === 3 ? paint(STYLES[status], row[at] ?? '') : shortened(row[at] ?? '', widths[at] ?? 0, more))));
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
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
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
  const wanted = Math.max(...rows.map((row) => widthOf(row[MESSAGE] ?? '')));
  if (over() < 0) widths[MESSAGE] = Math.min(wanted, (widths[MESSAGE] ?? 0) - over());
  return widths;
}

function totals({ byStatus, rowCount, seconds, settled = 0, dryRun }: RunResult, { isOutTty, paint }: Paper): string {
  const rate = settled > 0 && seconds >= 1 ? `, ${Math.round((settled / seconds) * 10) / 10}/s` : '';
  const counts = rowCount === 0 ? '' : `: ${countsText(byStatus, paint)}`;
  return `${rowCount} row${rowCount === 1 ? '' : 's'}${counts} (${seconds.toFixed(1)} s${rate})${dryRun ? ` ${glyphsFor(isOutTty).dash} dry run, nothing was changed` : ''}`;
}

/** Which provider stands how: one of several may have stopped, and on a narrow terminal their column is left out. */
function ofProviders({ providers }: Shown, { paint }: Paper): readonly string[] {
  if (providers.size < 2) return [];
  return [...providers].map(([name, counts]) => `  ${plain(name)}: ${countsText(counts, paint)}`);
}

function countsText(counts: StatusCounts, paint: Paper['paint']): string {
  return ROW_STATUSES.flatMap((status) =>
    counts[status] === undefined ? [] : [`${paint(STYLES[status], status)} ${counts[status]}`],
  ).join(', ');
}

function causesText({ causes, otherCauses }: Shown, { isOutTty, paint }: Paper): string {
  const { dash, more, times } = glyphsFor(isOutTty);
  const lines = causes.map(({ status, code, count, example }) => {
    const hint = example.error?.hint ?? null;
    const text = `${plain(example.message)}${hint === null ? '' : ` ${dash} ${plain(hint)}`}`;
    const where = `line ${example.line}, ${shortened(plain(example.iccid), MAX_ICCID, more)}`;
    return `${paint(STYLES[status], status)} ${code} ${times} ${count}: ${text} (${where})`;
  });
  return [...lines, ...(otherCauses === 0 ? [] : [`${more} and ${otherCauses} rows with other causes`])].join('\n');
}
