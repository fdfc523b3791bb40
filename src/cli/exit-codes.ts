import type { Check } from '../doctor/check.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Drift } from '../domain/result.ts';
import type { StatusCounts } from '../domain/run-store.ts';

/** Signals that stop a run, and the exit codes that tell of them. */
export const SIGNAL_EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/** Every exit code and its meaning: `pond-bulk help exit-codes`. */
export const EXIT_CODES = [
  [0, 'every row applied, or already as wanted (duplicates alone do not change it)'],
  [1, 'unexpected error, the database or a disk failed; the journal is safe'],
  [2, 'usage or configuration: unknown option, missing setting or file, no --yes off a terminal, database unreachable, a table missing'],
  [
    3,
    'input refused: no line with a readable ICCID, a value of a flag that does not exist, --strict, --max-devices, or a dry run with refused rows',
  ],
  [4, 'credentials missing or refused (database login, carrier, billing), writes disabled, no permission'],
  [5, 'finished, and at least one row failed, was refused by the rules or was stale; reconcile: drift is left'],
  [6, 'stopped by a gate (--abort-…), between waves, or by a limit; resumable'],
  [7, 'another run holds the lock'],
  [8, 'the saved plan is unusable: changed, used, too old, of another database, or more than 10 % stale'],
  [9, 'rows UNKNOWN or still ACCEPTED'],
  [129, 'stopped by SIGHUP (its terminal was closed) after draining'],
  [130, 'stopped by SIGINT (Ctrl-C) after draining, or not confirmed'],
  [143, 'stopped by SIGTERM after draining'],
] as const;

/** The exit code of an error that ended the command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof PondBulkError)) return 1;
  switch (error.kind) {
    case 'usage':
    case 'config':
      return 2;
    case 'input':
      return 3;
    case 'credentials':
      return 4;
    case 'locked':
      return 7;
    case 'plan':
      return 8;
    case 'cancelled':
      return 130;
    case 'broken':
    case 'bug':
      return 1;
    default:
      return error.kind satisfies never;
  }
}

/** What the exit code of a run depends on. */
export interface Ended {
  readonly byStatus: StatusCounts;
  readonly dryRun: boolean;
  /** Credentials were refused or missing, or writes are disabled, for a provider. */
  readonly credentials: boolean;
  /** A limit was given up. */
  readonly limit: boolean;
  /** The signal that stopped it. */
  readonly signal: StopSignal | null;
}

/** The exit code of a run that came to its end. When several apply: 129/130/143 > 4 > 9 > 6 > 5 > 3 > 0. */
export function exitCodeOfRun({ byStatus, dryRun, credentials, limit, signal }: Ended): number {
  const has = (...statuses: readonly (keyof StatusCounts)[]): boolean => statuses.some((status) => (byStatus[status] ?? 0) > 0);
  if (signal !== null) return SIGNAL_EXIT_CODES[signal];
  if (credentials) return 4;
  if (has('UNKNOWN', 'ACCEPTED')) return 9;
  if (limit || has('NOT_STARTED')) return 6;
  if (has('FAILED', 'COMPENSATED', 'STALE') || (!dryRun && has('REJECTED'))) return 5;
  return dryRun && has('REJECTED') ? 3 : 0;
}

/** Of several that apply, the one that counts. */
const WORST_FIRST = [1, 129, 130, 143, 4, 9, 6, 5, 3];

/** The exit code of several runs together, or of one and what was found beside it. */
export function worstExitCode(codes: readonly number[]): number {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? 0;
}

/** The exit code of drift that is left: the account would not say (4), or a device is not as the run left it, or could not be asked (5). */
export function exitCodeOfDrift(rows: readonly Drift[], isRefused: boolean): 0 | 4 | 5 {
  if (isRefused) return 4;
  return rows.every(({ fix }) => fix === 'done') ? 0 : 5;
}

/** The exit code of `doctor`: credentials and permissions win over what else is wrong, as they do in a run. */
export function exitCodeOfChecks(checks: readonly Check[]): 0 | 2 | 4 {
  const faults = checks.flatMap((check) => (check.ok === false ? [check.fault] : []));
  if (faults.includes('credentials')) return 4;
  return faults.length > 0 ? 2 : 0;
}
