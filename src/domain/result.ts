import type { RowStatus } from './status.ts';

/** What went wrong with one row, for outputs. `code` is stable; `message` is the operator-facing text or the carrier's own. */
export interface RowError {
  readonly code: string;
  readonly class: 'input' | 'auth' | 'limit' | 'transient' | 'carrier' | 'billing' | 'database' | 'unknown';
  readonly retryable: boolean;
  /** HTTP status of the answer, null when there was none. */
  readonly http: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/** Whether going on with the provider is pointless: the same would be said of every row. */
export function stopsProvider({ class: errorClass }: RowError): boolean {
  return errorClass === 'auth' || errorClass === 'limit';
}

/** What a device looks like, as far as a change is concerned (only the members the change touches are present). */
export type DeviceState = Readonly<Record<string, string | number | null>>;

/** One row of the result: every input row has exactly one. */
export interface RowResult {
  readonly line: number;
  readonly iccid: string;
  readonly phoneNumber: string | null;
  /** Name of the service provider; null when the device is not known. */
  readonly provider: string | null;
  /** DeviceBulkChange.id as text (bigint); null when nothing was saved. */
  readonly bulkChangeId: string | null;
  readonly status: RowStatus;
  readonly before: DeviceState | null;
  readonly after: DeviceState | null;
  readonly attempts: number;
  readonly ms: number;
  /** The text of the row: last step's text, refusal or failure. */
  readonly message: string;
  readonly error: RowError | null;
  /** Cells of the input line, in the order of `RunResult.columns`. */
  readonly cells: readonly string[];
}

/** A device of a finished row whose carrier, database and journal do not agree about its carrier plan. */
export interface Drift {
  readonly line: number;
  readonly iccid: string;
  readonly phoneNumber: string | null;
  readonly provider: string | null;
  readonly bulkChangeId: string;
  /** What the run wrote. */
  readonly wrote: DeviceState;
  /** What the carrier shows now, plans by their codes where we know them; null when it could not be asked. */
  readonly carrier: DeviceState | null;
  /** What the database holds now; null when the device is archived or gone. */
  readonly database: DeviceState | null;
  /** Who differs from the run; `unread`: the carrier could not be asked. */
  readonly differs: 'database' | 'carrier' | 'both' | 'unread';
  /** Whether writing it to the database is safe: it may be done, was done, or is not. */
  readonly fix: 'safe' | 'done' | 'no';
  readonly message: string;
}

/** Finished rows beside their carriers and the database. */
export interface DriftReport {
  /** Devices whose carrier was asked. */
  readonly compared: number;
  readonly rows: readonly Drift[];
}

/** The JSON answer of a validation (contract of the operator portal). */
export interface ValidationAnswer {
  readonly isValid: boolean;
  readonly validationMessage: string;
  readonly errors: readonly string[];
}

/** The outcome of one command over a list. `rows` can be read several times, in input order. */
export interface RunResult {
  readonly run: string;
  readonly command: string;
  /** The run that it takes back; null or absent where it takes none back. */
  readonly rollbackOf?: string | null;
  readonly dryRun: boolean;
  readonly bulkChangeIds: readonly string[];
  readonly validation: ValidationAnswer;
  readonly columns: readonly string[];
  readonly byStatus: Readonly<Partial<Record<RowStatus, number>>>;
  readonly rowCount: number;
  readonly seconds: number;
  /** Rows that were worked at to their end in these seconds, for the pace; refused ones cost no time. Absent where nothing was sent. */
  readonly settled?: number;
  readonly rows: () => AsyncIterable<RowResult>;
  readonly exitCode: number;
  /** The exact next command, null when there is nothing left to do. */
  readonly next: string | null;
  /** Files written, for the report. */
  readonly files: readonly string[];
  /** Things the operator should know although they stop nothing (Luhn failures, raised limits). */
  readonly warnings: readonly string[];
  /** Of reconcile only. */
  readonly drift?: DriftReport;
}
