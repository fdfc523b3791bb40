import type { RowResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';

/** What an operator must see first. */
const ORDER: readonly RowStatus[] = [
  'UNKNOWN',
  'FAILED',
  'COMPENSATED',
  'STALE',
  'REJECTED',
  'ACCEPTED',
  'NOT_STARTED',
  'SKIPPED',
  'PLANNED',
  'APPLIED',
  'NOOP',
];

/** Rows that did not end as wanted, with the same cause. */
export interface Cause {
  readonly status: RowStatus;
  readonly code: string;
  readonly count: number;
  readonly example: RowResult;
}

export interface Shown {
  readonly rows: readonly RowResult[];
  readonly total: number;
  readonly causes: readonly Cause[];
}

/** Causes that are told one by one. */
const MAX_CAUSES = 20;

/** The first `max` rows, failures first, and the causes of failures: one pass, with no more than that in memory. */
export async function shownRows(rows: AsyncIterable<RowResult>, max: number): Promise<Shown> {
  const byStatus = new Map<RowStatus, RowResult[]>();
  const causes = new Map<string, { status: RowStatus; code: string; count: number; example: RowResult }>();
  let total = 0;
  for await (const row of rows) {
    total += 1;
    const kept = byStatus.get(row.status) ?? [];
    if (kept.length < max) kept.push(row);
    byStatus.set(row.status, kept);
    if (row.error === null || row.status === 'SKIPPED') continue;
    const key = `${row.status} ${row.error.code}`;
    const cause = causes.get(key);
    if (cause !== undefined) cause.count += 1;
    else if (causes.size < MAX_CAUSES) causes.set(key, { status: row.status, code: row.error.code, count: 1, example: row });
  }
  const first = ORDER.flatMap((status) => byStatus.get(status) ?? []);
  return { rows: first.slice(0, max), total, causes: [...causes.values()].toSorted((a, b) => b.count - a.count) };
}
