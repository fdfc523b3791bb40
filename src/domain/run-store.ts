import type { Portal } from './effect.ts';
import type { Change } from './change.ts';
import type { DeviceState, RowError } from './result.ts';
import type { RowStatus } from './status.ts';

/** A saved row that is to be worked on. */
export interface OpenRow {
  readonly rowId: string;
  readonly line: number;
  readonly iccid: string;
  readonly change: Change;
  readonly status: RowStatus;
  readonly attempt: number;
  /** Journal entries that have their audit rows already. */
  readonly audited: number;
  /** Time spent on it in earlier runs. */
  readonly ms: number;
}

/** One command that wrote, as it was given. */
export interface RunRecord {
  readonly id: string;
  readonly command: string;
  /** The options as they were given, for people. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly operator: string;
  readonly osUser: string;
  readonly host: string;
  readonly environment: string;
  readonly reason: string | null;
  /** Header of the list, for the results. */
  readonly columns: readonly string[];
  readonly warnings: readonly string[];
}

/** One bulk change to save: rows of one service provider that share a plan, or a kind of customer. */
export interface NewBulkChange {
  readonly tenantId: number;
  readonly providerId: number;
  readonly portal: Portal;
  readonly changeRequestTypeId: number;
  readonly siteId: number | null;
  /** DeviceChangeRequest.ChangeRequest shared by all rows; null when each row has its own. */
  readonly sharedRequest: string | null;
}

/** One row of the list as it is saved. */
export interface NewRow {
  /** Index into the bulk changes of the save. */
  readonly bulkChange: number;
  readonly line: number;
  readonly iccid: string;
  readonly phoneNumber: string | null;
  readonly deviceId: number | null;
  readonly providerId: number | null;
  /** All that the run needs later. Null for rows that will never run. */
  readonly change: Change | null;
  /** All cells of the line, as a JSON array. */
  readonly cellsJson: string;
  readonly before: DeviceState | null;
  /** Of a row that is saved as done. */
  readonly after?: DeviceState;
  readonly status: RowStatus;
  readonly message: string;
  readonly error: RowError | null;
  /** DeviceChangeRequest.ChangeRequest of its own (assignments); null when the rows share one. */
  readonly changeRequest: string | null;
}

/** How many rows there are with a status. */
export type StatusCounts = Readonly<Partial<Record<RowStatus, number>>>;

/** A bulk change as `list` and `status` show it. */
export interface BulkChangeInfo {
  readonly id: string;
  readonly runId: string;
  readonly providerId: number;
  readonly provider: string;
  readonly integration: string;
  /** DeviceBulkChange.Status. */
  readonly status: string;
  readonly byStatus: StatusCounts;
}

/** A saved run as it stands. */
export interface RunInfo extends RunRecord {
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly exitCode: number | null;
  readonly bulkChanges: readonly BulkChangeInfo[];
}
