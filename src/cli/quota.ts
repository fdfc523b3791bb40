import type { Provider } from '../domain/facts.ts';
import { quotaUsedUp } from '../domain/plan-refusals.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { ChangeQuota } from '../run/run-store.ts';
import type { Systems } from './context.ts';

export interface QuotaOptions {
  /** `yyyy-MM-dd`: months are those of UTC. */
  readonly today: string;
  /** Also with the change of a month that is kept for a rollback. */
  readonly useLastChange: boolean;
}

/** What limits the plan changes of a provider this month; null where its carrier counts none. */
export function quotaOf(
  { providerId, integration }: Pick<BulkChangeInfo, 'providerId' | 'integration'>,
  { carrierOf }: Systems,
  { today, useLastChange }: QuotaOptions,
): ChangeQuota | null {
  const quota = carrierOf(integration)?.quota;
  if (quota === undefined) return null;
  const { audit, step } = quota;
  return {
    counted: { providerId, audit, step },
    since: `${today.slice(0, 7)}-01`,
    refusalOf: (iccid, used) => quotaUsedUp(iccid, used, quota, useLastChange),
  };
}

/** Those of several providers. */
export function quotasOf(providers: readonly Provider[], systems: Systems, options: QuotaOptions): readonly ChangeQuota[] {
  return providers.flatMap(({ id, integration }) => quotaOf({ providerId: id, integration }, systems, options) ?? []);
}
