import type { ChangeRequest } from '../../domain/change-request.ts';
import type { List, RowValues } from '../../domain/list-row.ts';
import type { RunRecord } from '../../domain/run-store.ts';
import type { Expected } from '../../run/expectation.ts';
import type { Validation } from '../../run/validate.ts';
import type { CareFlags } from '../care.ts';
import type { GlobalFlags, ReadSession, WriteSession } from '../context.ts';
import type { Output } from '../report.ts';

/** Options that both changes take. */
export interface ChangeFlags extends GlobalFlags, CareFlags {
  readonly file?: string;
  readonly column: readonly string[];
  readonly dryRun?: boolean;
  readonly out?: string;
  readonly askCarrier?: boolean;
  readonly strict?: boolean;
  readonly yes?: boolean;
  readonly maxDevices?: number;
  readonly output: Output;
  readonly results?: string;
  readonly reason?: string;
  readonly useLastChange?: boolean;
}

/** One of the two changes, as its command understood it. */
export interface ChangeCommand {
  readonly name: 'assign-customer' | 'change-rate-plan';
  /** Name of its DeviceChangeRequestType. */
  readonly changeType: string;
  /** LogEntryDescription of rows that were refused, or failed before their first step. */
  readonly preflight: string;
  readonly request: ChangeRequest;
  /** Values for rows that have none of their own. */
  readonly defaults: RowValues;
  readonly flags: ChangeFlags;
  /** The run that it takes back; absent where it takes none back. */
  readonly rollbackOf?: string;
  /** The command line, for the report. */
  readonly commandLine: string;
  /** Its rows come from here instead of a list: what was decided earlier. */
  readonly decided?: Decided;
}

/** How it is recorded with its run. */
export function recordOf({ name, commandLine, rollbackOf }: ChangeCommand): Pick<RunRecord, 'command' | 'options'> {
  return { command: name, options: { commandLine, ...(rollbackOf === undefined ? {} : { rollbackOf }) } };
}

/** Rows that were decided about earlier: a saved plan, a rollback. */
export interface Decided {
  readonly list: List;
  readonly expectedOf: (line: number) => Expected | undefined;
  readonly providerId: number | null;
  /** A plan that may be used once; null when it is none. */
  readonly planId: string | null;
  /** Refuses the whole of it. Rejects with PondBulkError. */
  readonly requireUsable: (validation: Validation, session: ReadSession | WriteSession) => Promise<void>;
}
