import type { Change } from './change.ts';
import type { RowResult } from './result.ts';

/** A row of a run, with what a rollback looks at beside its result. */
export interface DoneRow {
  readonly result: RowResult;
  /** Null for a row that was refused before anything was sent. */
  readonly change: Change | null;
  /** Whether a row that did not come to its end did something at its carrier or at billing. */
  readonly wasSent: boolean;
  /** Whether a row that did not come to its end has its customer. */
  readonly isAssigned: boolean;
}
