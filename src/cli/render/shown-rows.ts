import type { RowResult } from '../../domain/result.ts';
import type { StatusCounts } from '../../domain/run-store.ts';
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

/** The rows of a result that are shown. */
export interface Shown {
  readonly rows: readonly RowResult[];
  readonly total: number;
  readonly causes: readonly Cause[];
  /** Rows whose cause is not among `causes`. */
  readonly otherCauses: number;
  /** Statuses of each provider's rows, in the order of the list. */
  readonly providers: ReadonlyMap<string, StatusCounts>;
}

/** Causes that are told one by one. */
const MAX_CAUSES = 20;

/** The first `max` rows, failures first, the causes of failures and the counts of each provider: one pass, with no more than that in memory. */
export async function shownRows(rows: AsyncIterable<RowResult>, max: number): Promise<Shown> {
  const kept = [...FIRST, 'others'].map((): RowResult[] => []);
  const causes = new Map<string, { status: RowStatus; code: string; count: number; example: RowResult }>();
  const providers = new Map<string, { [S in RowStatus]?: number }>();
  let total = 0;
  let otherCauses = 0;
  for await (const row of rows) {
    total += 1;
    // -1, a status that is not among the first, is the last of them.
    const same = kept.at(FIRST.indexOf(row.status));
    if (same !== undefined && same.length < max) same.push(row);
    if (row.provider !== null) {
      const counts = providers.get(row.provider) ?? {};
      counts[row.status] = (counts[row.status] ?? 0) + 1;
      providers.set(row.provider, counts);
    }
    if (row.error === null || row.status === 'SKIPPED') continue;
    // Two providers' missing credentials are two things to do.
    const key = JSON.stringify([row.status, row.error.code, row.provider]);
    const cause = causes.get(key);
    if (cause !== undefined) cause.count += 1;
    else if (causes.size < MAX_CAUSES) causes.set(key, { status: row.status, code: row.error.code, count: 1, example: row });
    else otherCauses += 1;
  }
  const mostFirst = [...causes.values()].toSorted((a, b) => b.count - a.count);
  return { rows: kept.flat().slice(0, max), total, causes: mostFirst, otherCauses, providers };
}
