import type { Clock } from '../domain/clock.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import { quotaUsedUp } from '../domain/plan-refusals.ts';
import type { RetryQuota } from '../run/run-store.ts';
import type { WriteSession } from './context.ts';
import type { Live } from './live.ts';
import { today } from './today.ts';

/** Gives the failed rows of a bulk change a new attempt, and tells of those that are left alone. */
export async function reopen(
  { store, systems }: WriteSession,
  bulkChange: BulkChangeInfo,
  live: Live,
  options: { readonly clock: Clock; readonly useLastChange: boolean },
): Promise<void> {
  const { id, byStatus } = bulkChange;
  const { rows, refused } = await store.reopen(id, ['FAILED', 'COMPENSATED'], quotaOf(bulkChange, systems, options));
  const tell = (count: number, why: string): void => {
    if (count === 0) return;
    live.emit({ type: 'warning', message: `Bulk change ${id}: ${count} row${count === 1 ? ' is' : 's are'} left alone: ${why}` });
  };
  const held = (byStatus.FAILED ?? 0) + (byStatus.COMPENSATED ?? 0) - rows - refused.length;
  tell(held, 'other bulk changes hold the devices by now');
  // Not one by one: a list may have thousands, which all have the same reason.
  for (const [hint, alike] of Map.groupBy(refused, (each) => each.hint)) {
    const others = alike.length === 1 ? '' : ` and ${alike.length - 1} more`;
    tell(alike.length, `${alike[0]?.message ?? ''}${others}${hint === null ? '' : ` (${hint})`}`);
  }
}

function quotaOf(
  { providerId, integration }: BulkChangeInfo,
  { carrierOf }: WriteSession['systems'],
  { clock, useLastChange }: { readonly clock: Clock; readonly useLastChange: boolean },
): RetryQuota | null {
  const quota = carrierOf(integration)?.quota;
  if (quota === undefined) return null;
  const { audit, step } = quota;
  return {
    counted: { providerId, audit, step },
    since: `${today(clock).slice(0, 7)}-01`,
    refusalOf: (iccid, used) => quotaUsedUp(iccid, used, quota, useLastChange),
  };
}
