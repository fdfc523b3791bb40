import type { Undoing } from '../domain/assignment.ts';
import { differences } from '../domain/differences.ts';
import type { Device } from '../domain/plan-change.ts';
import type { Refused } from '../domain/refusal.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { DeviceState } from '../domain/result.ts';

/** What a row must find to be done: the device as it was when somebody decided about it. */
export interface Expected {
  /** Members that must still be so; others do not matter. */
  readonly before: DeviceState;
  /** What the change must come to, null when anything will do. */
  readonly after: DeviceState | null;
  /** Why the row is left alone whatever it finds, e.g. what cannot be undone; null when it is not. */
  readonly refusal: Refusal | null;
  /** The device that was decided about; any with the key where it is not known. */
  readonly device?: Pick<Device, 'portal' | 'deviceId'> | undefined;
  /** Of a rollback: what it takes back beside the values of the row. */
  readonly undoing?: Undoing | undefined;
}

export interface Refusal extends Refused {
  readonly status: 'REJECTED' | 'STALE';
}

type Planned = Verdict & { readonly status: 'PLANNED' };

/** The verdict of a row that was decided about earlier: STALE when its device has changed since. */
export function asExpected(verdict: Verdict, expected: Expected | undefined): Verdict {
  const refusal = expected?.refusal ?? null;
  if (refusal !== null) return refusal;
  if (verdict.status !== 'PLANNED') return verdict;
  if (expected === undefined) return stale('NOT_PLANNED', 'It was not to be changed when this was planned');
  const { device } = verdict.change;
  if (expected.device !== undefined && (device.deviceId !== expected.device.deviceId || device.portal !== expected.device.portal))
    return stale('OTHER_DEVICE', 'Another device of your service providers has it now');
  const moved = differences(expected.before, verdict.change.before);
  if (moved.length > 0) return stale('CHANGED_SINCE', `Changed since by somebody else: ${moved.join(', ')}`);
  const other = expected.after === null ? [] : differences(expected.after, verdict.after);
  if (other.length > 0) return stale('MEANS_SOMETHING_ELSE', `Means something else than when it was planned: ${other.join(', ')}`);
  return expected.undoing === undefined ? verdict : withUndoing(verdict, expected.undoing);
}

function withUndoing(verdict: Planned, undoing: Undoing): Verdict {
  const { change } = verdict;
  if (change.kind !== 'assign-customer') return verdict;
  const { revServiceId } = undoing;
  const after = revServiceId === null ? verdict.after : { ...verdict.after, revServiceId };
  return { ...verdict, isNoop: false, change: { ...change, undoing }, after };
}

function stale(code: string, message: string): Verdict {
  return { status: 'STALE', code, message, hint: 'plan it anew' };
}
