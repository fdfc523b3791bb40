import type { Clock } from '../domain/clock.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { RowStatus } from '../domain/status.ts';
import type { WriteSession } from './context.ts';
import type { Live } from './live.ts';
import { quotaOf } from './quota.ts';
import { today } from './today.ts';

/** Rows that are done again. */
export interface Again {
  readonly statuses: readonly RowStatus[];
  /** Also with the change of a month that is kept for a rollback. */
  readonly useLastChange: boolean;
}

/** Gives rows of a bulk change a new attempt, and tells of those that are left alone. `store` is that of who holds the bulk change. */
export async function reopen(
  { store, systems }: Pick<WriteSession, 'store' | 'systems'>,
  bulkChange: BulkChangeInfo,
  live: Live,
  { statuses, useLastChange, clock }: Again & { readonly clock: Clock },
): Promise<void> {
  const { id, byStatus } = bulkChange;
  const { rows, refused } = await store.reopen(id, statuses, quotaOf(bulkChange, systems, { today: today(clock), useLastChange }));
  const tell = (count: number, why: string): void => {
    if (count === 0) return;
    live.emit({ type: 'warning', message: `Bulk change ${id}: ${count} row${count === 1 ? ' is' : 's are'} left alone: ${why}` });
  };
  const wanted = statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  tell(wanted - rows - refused.length, 'other bulk changes hold the devices by now');
  // Not one by one: a list may have thousands, which all have the same reason.
  for (const [hint, alike] of Map.groupBy(refused, (each) => each.hint)) {
    const others = alike.length === 1 ? '' : ` and ${alike.length - 1} more`;
    tell(alike.length, `${alike[0]?.message ?? ''}${others}${hint === null ? '' : ` (${hint})`}`);
  }
}
