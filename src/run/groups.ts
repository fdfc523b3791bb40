import type { Portal } from '../domain/effect.ts';
import type { Change } from '../domain/change.ts';
import type { RowFacts } from '../domain/facts.ts';

/** Rows that are saved as one bulk change. */
export interface Group {
  readonly key: string;
  readonly providerId: number;
  readonly portal: Portal;
  /** The rows' plan code, for refused rows that look for their like; null for assignments. */
  readonly planCode: string | null;
  /** One of its changes; null when all its rows are refused. */
  readonly example: Change | null;
}

/**
 * Plan changes: one bulk change per provider, plan, comm plan and effective date. Assignments: one per provider for all
 * Rev.io customers, and one per provider and Site without Rev.io.
 */
export function groupOf(change: Change): Group {
  const { providerId, portal } = change.device;
  if (change.kind === 'change-rate-plan') {
    const key = JSON.stringify([providerId, change.plan.id, change.commPlan, change.effectiveDate]);
    return { key, providerId, portal, planCode: change.plan.code, example: change };
  }
  const key = JSON.stringify([providerId, change.customer.rev === null ? change.customer.siteId : 'rev']);
  return { key, providerId, portal, planCode: null, example: change };
}

/** The bulk change that a row without a change (refused, skipped) is recorded in: of its provider, of its plan, else the first. */
export function groupOfRefused(row: RowFacts, groups: readonly Group[]): Group | undefined {
  const mine = groups.filter(({ providerId }) => row.device !== null && providerId === row.device.providerId);
  const candidates = mine.length > 0 ? mine : groups;
  return candidates.find(({ planCode }) => planCode !== null && planCode === row.values.plan) ?? candidates[0];
}
