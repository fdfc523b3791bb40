import type { DeviceState, Drift, RowResult } from './result.ts';
import type { RowStatus } from './status.ts';

/** What happens during a run, as told to the terminal, to `--output jsonl` and to tests. The envelope (v, ts, run, seq) is added by the printer. */
export type RunEvent =
  | {
      readonly type: 'run.start';
      readonly command: string;
      readonly dryRun: boolean;
      readonly rows: number;
      readonly bulkChangeIds: readonly string[];
      readonly operator: string;
      readonly environment: string;
    }
  | {
      readonly type: 'row.planned';
      readonly line: number;
      readonly iccid: string;
      readonly provider: string;
      readonly before: DeviceState | null;
      readonly after: DeviceState | null;
    }
  | {
      readonly type: 'row.step';
      readonly line: number;
      readonly iccid: string;
      readonly category: 'preflight' | 'api' | 'database' | 'rate-plan' | 'error';
      readonly step: string;
      readonly state: 'intent' | 'answer' | 'failed' | 'read-back';
      readonly message: string;
    }
  | ({ readonly type: 'row.result' } & Omit<RowResult, 'cells'>)
  | ({ readonly type: 'row.drift' } & Drift)
  | { readonly type: 'throttle'; readonly account: string; readonly waitMs: number; readonly reason: string }
  | {
      readonly type: 'gate';
      /** Empty: of the whole run. */
      readonly provider: string;
      /** An option (`abort-after`, …), `wave`, or the class of the error that every row would end with. */
      readonly rule: string;
      readonly message: string;
      /** Whether nothing new is begun; a wave that is passed stops nothing. */
      readonly stops: boolean;
    }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'progress'; readonly finished: number; readonly rows: number; readonly perSecond: number }
  | {
      readonly type: 'run.end';
      readonly byStatus: Readonly<Partial<Record<RowStatus, number>>>;
      readonly seconds: number;
      readonly exitCode: number;
      readonly next: string | null;
    };

/** Takes events in order; never throws, never blocks the run. */
export type Emit = (event: RunEvent) => void;
