import type { Clock } from '../domain/clock.ts';
import type { Emit } from '../domain/event.ts';
import type { Change } from '../domain/change.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { DeviceState } from '../domain/result.ts';
import type { Steps } from '../domain/step.ts';
import type { GateRules } from './gates.ts';
import type { RunStore } from './run-store.ts';
import type { Wave, Waves } from './waves.ts';

export interface EngineOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly emit: Emit;
  /** The way of a change: plain code over steps. */
  readonly perform: (change: Change) => (steps: Steps) => Promise<Outcome>;
  /** LogEntryDescription of a row that fails without a step. */
  readonly preflight: string;
  /** Rows per claim. */
  readonly pageSize: number;
  /** How long a lost write is read back before it counts as not happened. */
  readonly settleMs: number;
  /** How many devices of a provider are in progress at once. */
  readonly inProgress: (providerId: number) => number;
  /** How long an accepted change is polled. */
  readonly deadlineMs: (providerId: number) => number;
  /** First Ctrl-C: nothing new is begun. */
  readonly drain: AbortSignal;
  /** Second Ctrl-C, or a lost lease: requests in flight are let go. */
  readonly abort: AbortSignal;
  readonly gates: GateRules;
  /** Null: all rows in one go. */
  readonly waves: WaveOptions | null;
  /** Rows that were begun before are left as they are. */
  readonly leavesBegun?: boolean;
  /** Nothing is sent: rows that were begun are read back and decided (run/only-settle.ts). */
  readonly onlySettle?: boolean;
}

export interface WaveOptions {
  readonly waves: Waves;
  /** The device's plan as its carrier knows it now. Rejects with CallFailed. */
  readonly readPlan: (change: PlanChange, signal: AbortSignal) => Promise<DeviceState | null>;
  /** Asked before each next wave: why it must not begin yet, else null. Null: nobody is asked. */
  readonly hold: ((next: Pick<Wave, 'n' | 'of' | 'rows'>, signal: AbortSignal) => Promise<string | null>) | null;
}
