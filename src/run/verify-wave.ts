import { CallFailed } from '../domain/call-failed.ts';
import type { Clock } from '../domain/clock.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import { stopsProvider, type DeviceState, type RowError } from '../domain/result.ts';
import { differencesFromPlan } from '../domain/shown-plan.ts';

/** Asked at once; the carriers' own pace is kept below. */
const ASKED_AT_ONCE = 8;
/** Between two looks at a device that does not show its new plan yet: doubling to 5 s. */
const FIRST_LOOK_MS = 250;
const LONGEST_LOOK_MS = 5000;

export interface VerifyOptions {
  /** Null where the carrier cannot be asked: then there is nothing to compare. */
  readonly readPlan: (change: PlanChange, signal: AbortSignal) => Promise<DeviceState | null>;
  readonly clock: Clock;
  /** How long a carrier may take to show what it has done. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
}

/** A device that is not as the run left it, or could not be asked about. */
export interface Mismatch {
  readonly message: string;
  /** Why it could not be asked about. */
  readonly error: RowError | null;
}

/** What reading back changed devices found. */
export interface Verified {
  /** The first that is not as wanted; then the others may not have been asked about. */
  readonly mismatch: Mismatch | null;
  /** Devices that their carriers show as wanted. */
  readonly shown: number;
  /** Devices whose carriers nobody can ask. */
  readonly unseen: number;
}

/** Reads changed devices back at their carriers. Rejects with the signal's reason. */
export async function verifyWave(applied: readonly PlanChange[], options: VerifyOptions): Promise<Verified> {
  const waiting = [...applied];
  let mismatch: Mismatch | null = null;
  let [shown, unseen] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && mismatch === null; next = waiting.shift()) {
      const seen = await look(next, options);
      if (seen === 'as wanted') shown += 1;
      else if (seen === 'cannot be asked') unseen += 1;
      else mismatch ??= seen;
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, worker));
  return { mismatch, shown, unseen };
}

type Seen = Mismatch | 'as wanted' | 'cannot be asked';

async function look(change: PlanChange, { readPlan, clock, settleMs, signal }: VerifyOptions): Promise<Seen> {
  const { iccid } = change.device;
  const giveUpAt = clock.now() + settleMs;
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
    signal.throwIfAborted();
    const seen = await readPlan(change, signal).then(
      (shown): Seen => {
        if (shown === null) return 'cannot be asked';
        const differences = differencesFromPlan(change, shown);
        return differences.length === 0
          ? 'as wanted'
          : { message: `${iccid}: the carrier says that ${differences.join(', ')}`, error: null };
      },
      (error: unknown): Seen => {
        if (!(error instanceof CallFailed)) throw error;
        return { message: `${iccid} could not be read back: ${error.error.message}`, error: error.error };
      },
    );
    const leftMs = giveUpAt - clock.now();
    if (typeof seen === 'string' || leftMs <= 0 || (seen.error !== null && stopsProvider(seen.error))) return seen;
    await clock.sleep(Math.min(waitMs, leftMs), signal);
  }
}
