import type { Change } from './change.ts';
import { customerPlanState } from './customer-plan.ts';
import { differences } from './differences.ts';
import type { Refused } from './refusal.ts';
import type { DeviceState } from './result.ts';

/**
 * Why a row that failed must not be done again: its device is not as the row left it, so that history and rollback would tell of a
 * state before that it did not have. `wrote` is what of the change an attempt left in the database all the same. Null when nobody
 * else has touched what the change is about.
 */
export function movedSince(change: Change, wrote: DeviceState | null, now: DeviceState): Refused | null {
  const left: DeviceState = { ...change.before, ...wrote };
  const moved = differences(Object.fromEntries(aims(change).map((name) => [name, left[name] ?? null])), now);
  if (moved.length === 0) return null;
  const message = `Device ${change.device.iccid} was changed by somebody since: ${moved.join(', ')}`;
  return { code: 'CHANGED_SINCE', message, hint: 'start a new change for it' };
}

/** What of a device a change sets. A customer plan that waits in the queue is not among it: it comes without us. */
function aims(change: Change): readonly string[] {
  if (change.kind === 'change-rate-plan') return ['plan', ...(change.commPlan === null ? [] : ['commPlan'])];
  return ['customer', 'siteId', ...Object.keys(customerPlanState(change)), ...(change.carrierPlan === null ? [] : ['plan'])];
}
