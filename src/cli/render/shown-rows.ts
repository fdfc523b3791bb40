import type { RowResult } from '../../domain/result.ts';
import type { RowStatus } from '../../domain/status.ts';

/** What an operator must see first; the others follow in the order of the list. */
const FIRST: readonly RowStatus[] = ['UNKNOWN', 'FAILED', 'COMPENSATED', 'STALE', 'REJECTED', 'ACCEPTED', 'NOT_STARTED'];

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
  /** Rows whose cause is not among `causes`. */
  readonly otherCauses: number;
}

/** Causes that are told one by one. */
const MAX_CAUSES = 20;

/** The first `max` rows, failures first, and the causes of failures: one pass, with no more than that in memory. */
export async function shownRows(rows: AsyncIterable<RowResult>, max: number): Promise<Shown> {
  const kept = [...FIRST, 'others'].map((): RowResult[] => []);
  const causes = new Map<string, { status: RowStatus; code: string; count: number; example: RowResult }>();
  let total = 0;
  let otherCauses = 0;
  for await (const row of rows) {
    total += 1;
    // -1, a status that is not among the first, is the last of them.
    const same = kept.at(FIRST.indexOf(row.status));
    if (same !== undefined && same.length < max) same.push(row);
    if (row.error === null || row.status === 'SKIPPED') continue;
    const key = `${row.status} ${row.error.code}`;
    const cause = causes.get(key);
    if (cause !== undefined) cause.count += 1;
    else if (causes.size < MAX_CAUSES) causes.set(key, { status: row.status, code: row.error.code, count: 1, example: row });
    else otherCauses += 1;
  }
  return { rows: kept.flat().slice(0, max), total, causes: [...causes.values()].toSorted((a, b) => b.count - a.count), otherCauses };
}
