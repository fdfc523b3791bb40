import { CallFailed } from '../domain/call-failed.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { DeviceState, RowError } from '../domain/result.ts';
import type { Validation } from './validate.ts';

/** What carriers said about the devices of a list, by line: their plan (null where the carrier cannot be asked), or why it could not be read. */
export type CarrierAnswers = ReadonlyMap<
  number,
  { readonly ok: true; readonly state: DeviceState | null } | { readonly ok: false; readonly error: RowError }
>;

export interface AskOptions {
  readonly readPlan: (change: PlanChange, signal: AbortSignal) => Promise<DeviceState | null>;
  /** Devices asked about at once; the carriers' own pace is kept below. */
  readonly inProgress: number;
  readonly signal: AbortSignal;
}

/** Reads the plan of every planned device at its carrier. */
export async function askCarrier(validation: Validation, { readPlan, inProgress, signal }: AskOptions): Promise<CarrierAnswers> {
  const answers = new Map<number, { ok: true; state: DeviceState | null } | { ok: false; error: RowError }>();
  const planned = plannedChanges(validation);
  const worker = async (): Promise<void> => {
    for (let next = await planned.next(); next.done !== true && !signal.aborted; next = await planned.next()) {
      const { line, change } = next.value;
      try {
        answers.set(line, { ok: true, state: await readPlan(change, signal) });
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        answers.set(line, { ok: false, error: error.error });
      }
    }
  };
  await Promise.all(Array.from({ length: inProgress }, worker));
  await planned.return();
  return answers;
}

async function* plannedChanges({ list, judge }: Validation): AsyncGenerator<{ readonly line: number; readonly change: PlanChange }, void> {
  for await (const page of list.facts()) {
    for (const row of page) {
      const verdict = judge(row);
      if (verdict.status !== 'PLANNED') continue;
      const change = verdict.change.kind === 'change-rate-plan' ? verdict.change : verdict.change.carrierPlan;
      if (change !== null) yield { line: row.line, change };
    }
  }
}
