import type { DeviceChapter } from '../domain/device-life.ts';
import type { DoneRow } from '../domain/done-row.ts';
import type { Portal } from '../domain/effect.ts';
import type { CountedProvider } from '../domain/facts-store.ts';
import type { Refused } from '../domain/refusal.ts';
import type { ProcedureCall } from '../domain/procedure.ts';
import type { NewBulkChange, NewRow, OpenRow, RunInfo, RunRecord } from '../domain/run-store.ts';
import type { RowError, RowResult } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import type { JournalEntry } from './journal.ts';
import type { RowVerdict } from './run-device.ts';

/** A bulk change that is in the database. */
export interface SavedBulkChange {
  /** DeviceBulkChange.id, as text (bigint). */
  readonly id: string;
  readonly portal: Portal;
  readonly changeRequestId: string | null;
}

/** What limits the plan changes of a provider whose carrier counts them. */
export interface ChangeQuota {
  readonly counted: CountedProvider;
  /** The first day that counts, `yyyy-MM-dd`. */
  readonly since: string;
  /** Null while a device that had `used` changes may be changed once more. */
  readonly refusalOf: (iccid: string, used: number) => Refused | null;
}

/** What a new attempt came to. */
export interface Reopened {
  /** How many rows have a new attempt. */
  readonly rows: number;
  /** Why others have none: their device was changed since, or its quota is used up. */
  readonly refused: readonly Refused[];
}

/** Rows that are saved in one transaction: fewer than a table lock would take. */
export interface SavePart {
  readonly runId: string;
  /** In the order that `NewRow.bulkChange` counts. */
  readonly saved: readonly SavedBulkChange[];
  readonly rows: readonly NewRow[];
  /** LogEntryDescription of the audit rows of refused rows. */
  readonly preflight: string;
  /** Plan changes are counted again: another run may have used them up since the list was validated. */
  readonly quotas: readonly ChangeQuota[];
}

/** Everything that a save writes. */
export interface Save {
  readonly run: RunRecord;
  readonly holder: LeaseHolder;
  readonly bulkChanges: readonly NewBulkChange[];
  /** Used once: a second save of it rejects with PondBulkError (plan). */
  readonly planId: string | null;
  /** All rows are in `part`: one transaction saves everything, visible at once. */
  readonly isWhole: boolean;
  readonly part: Pick<SavePart, 'rows' | 'preflight' | 'quotas'>;
}

/** Which process holds a bulk change. */
export interface LeaseHolder {
  readonly runId: string;
  readonly host: string;
  readonly pid: number;
}

/** Who works on a bulk change, and when it was last heard of. */
export interface Lease extends LeaseHolder {
  /** Which sign of life this is: milliseconds since the epoch, by the database's clock. */
  readonly heartbeatAt: number;
  /** How long ago that was when the lease was read, by the same clock. */
  readonly silentMs: number;
}

/** How a row ended, and where it belongs. */
export interface SettledRow extends RowVerdict {
  readonly bulkChangeId: string;
}

/** Saved runs, for those who only look. */
export interface RunReader {
  findRun(id: string): Promise<RunInfo | null>;
  /** The newest first. */
  findRuns(limit: number): Promise<readonly RunInfo[]>;
  runOfBulkChange(id: string): Promise<string | null>;
  results(bulkChangeIds: readonly string[]): AsyncIterable<RowResult>;
  /** The same rows, with what a rollback looks at. */
  doneRows(bulkChangeIds: readonly string[]): AsyncIterable<DoneRow>;
  /** Every change of the device with this ICCID or phone number, the oldest first. */
  deviceLife(key: string): Promise<readonly DeviceChapter[]>;
}

/** What the engine needs of the database. Every method is one transaction, or one statement. */
export interface RunStore extends RunReader {
  save(save: Save): Promise<readonly SavedBulkChange[]>;
  /** The run that used this saved plan up; null when none did. */
  planUsedBy(planId: string): Promise<string | null>;
  /** Saves a part, and says that its holder is alive. Rejects with PondBulkError (locked) when its leases are not its own any more. */
  saveMore(holder: LeaseHolder, part: SavePart): Promise<void>;
  /** Makes bulk changes that were saved in parts visible, with the requests that their rows share (null: each has its own). Rejects as `saveMore` does. */
  activate(holder: LeaseHolder, saved: readonly SavedBulkChange[], requests: readonly (string | null)[]): Promise<void>;
  /** Runs that died (or still are) between their first and last part. */
  unsavedRuns(): Promise<readonly { readonly runId: string; readonly bulkChangeIds: readonly string[] }[]>;
  /** Only by who took its leases: until then it may be alive. */
  removeLeftovers(runId: string): Promise<void>;

  takeLease(bulkChangeId: string, holder: LeaseHolder, over: Lease | null): Promise<boolean>;
  readLease(bulkChangeId: string): Promise<Lease | null>;
  /** Answers how many leases are still this holder's. */
  beatLeases(holder: LeaseHolder): Promise<number>;
  releaseLeases(holder: LeaseHolder): Promise<void>;

  /** The portal sees that the bulk changes are being worked on. */
  begin(bulkChangeIds: readonly string[]): Promise<void>;
  /** NEW rows, which become PROCESSING. No two claimers get the same. */
  claim(bulkChangeId: string, limit: number): Promise<readonly OpenRow[]>;
  /** Rows that were begun and are not finished. */
  begun(
    bulkChangeId: string,
    page: { readonly afterId: string; readonly limit: number; readonly onlyAccepted: boolean },
  ): Promise<readonly OpenRow[]>;
  /** Claimed rows that were not begun after all are NEW again. */
  release(rowIds: readonly string[]): Promise<void>;
  /** A new attempt for rows with these statuses, unless another bulk change holds their device, somebody changed it since, or its quota is used up. */
  reopen(bulkChangeId: string, statuses: readonly RowStatus[], quota: ChangeQuota | null): Promise<Reopened>;
  journalOf(rowIds: readonly string[]): Promise<ReadonlyMap<string, readonly JournalEntry[]>>;
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Calls a stored procedure for one device: its answer, committed; or that it waits for the others of its bulk change. */
  callProcedure(bulkChangeId: string, call: ProcedureCall, entry: Omit<JournalEntry, 'data'>): Promise<JournalEntry>;
  /** Calls what rows of the bulk change wait for, once for all. Resolves to how many rows there are. */
  callWaiting(bulkChangeId: string): Promise<number>;
  /** Rejects with PondBulkError when no row can be written now, else with what the database said of these, without the statement. */
  commit(rows: readonly SettledRow[]): Promise<void>;
  /** Notes why the result of a row could not be written: it is UNKNOWN until a later run writes it. */
  noteUnwritten(rowId: string, error: RowError): Promise<void>;
  /** Derives the status of the bulk changes from their rows. */
  finish(runId: string, bulkChangeIds: readonly string[], exitCode: number): Promise<void>;

  /** Writes down how a run goes on: what `RunRecord.options` holds from now on. */
  keepOptions(runId: string, options: RunRecord['options']): Promise<void>;
}
