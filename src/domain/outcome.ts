import type { Effect } from './effect.ts';
import type { DeviceState, RowError } from './result.ts';

/** The true request and the true answer of one step, secrets removed: what becomes a DeviceBulkChangeLog row. */
export interface AuditEntry {
  /** LogEntryDescription, one of the texts of the audit contract. */
  readonly description: string;
  /** `METHOD url`, newline, body; or a procedure's name and parameters. */
  readonly request: string;
  readonly response: string;
  readonly hasErrors: boolean;
}

/** How a device's change ended. One row's failure is a value; an exception means that the run cannot go on. */
export interface Outcome {
  readonly status: 'APPLIED' | 'NOOP' | 'FAILED' | 'COMPENSATED' | 'STALE' | 'REJECTED';
  readonly message: string;
  readonly error: RowError | null;
  readonly after: DeviceState | null;
  /** What the database must hold because of it; committed together with the outcome, so it happens exactly once. */
  readonly effects: readonly Effect[];
  /** Audit rows beside those of the steps: pre-flight and database steps. */
  readonly audit: readonly AuditEntry[];
}
