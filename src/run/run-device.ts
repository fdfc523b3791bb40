import { CallFailed } from '../domain/call-failed.ts';
import type { AuditEntry, Outcome } from '../domain/outcome.ts';
import { stopsProvider, type DeviceState, type RowError } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import type { Effect } from '../domain/effect.ts';
import type { Steps } from '../domain/step.ts';
import { accepted, RowEnded, type RowEnd } from './row-end.ts';
import { RowJournal, type RowJournalOptions } from './row-journal.ts';
import { createSteps, type StepsOptions } from './steps.ts';

/** How a row stands after it was worked on: what is committed in one transaction. */
export interface RowVerdict {
  readonly rowId: string;
  readonly status: RowStatus;
  readonly message: string;
  readonly error: RowError | null;
  readonly after: DeviceState | null;
  readonly effects: readonly Effect[];
  readonly audit: readonly AuditEntry[];
  /** Journal entries whose audit rows are written with this verdict, those before included. */
  readonly audited: number;
  readonly ms: number;
  /** Whether any of its steps was answered: then it has audit rows. */
  readonly isAnswered: boolean;
  /** Whether a carrier has taken it and not done it yet: it is looked at again. */
  readonly isAtCarrier: boolean;
  /** Set when going on with the provider is pointless. */
  readonly stop: RowError | null;
}

/**
 * Runs one device's change on its journal. A refusal or a lost answer is a verdict; rejects only when the run cannot go
 * on (the journal cannot be written, a bug).
 */
export async function runDevice(
  change: (steps: Steps) => Promise<Outcome>,
  options: RowJournalOptions & StepsOptions & { readonly audited: number },
): Promise<RowVerdict> {
  const startedAt = options.clock.now();
  const journal = new RowJournal(options);
  const ended = await change(createSteps(journal, options)).then(
    (outcome) => ({ ...outcome, stop: null }),
    (error: unknown) => (options.signal.aborted ? cutShort(journal) : verdictOf(endOf(error))),
  );
  await journal.durable();
  return {
    ...ended,
    ...(ended.status === 'NOT_STARTED' ? unfinished(ended, journal) : {}),
    rowId: options.rowId,
    audit: [...journal.audit(options.audited), ...ended.audit],
    audited: journal.count,
    isAnswered: journal.isAnswered,
    isAtCarrier: ended.status === 'ACCEPTED' && journal.acceptedHandle !== null,
    ms: options.clock.now() - startedAt,
  };
}

/** A second Ctrl-C: requests in flight are let go, and nobody knows what became of them. */
function cutShort({ inDoubt, isNew, acceptedHandle }: RowJournal): Ended {
  if (!inDoubt && acceptedHandle !== null) return verdictOf(accepted(acceptedHandle, null));
  const error: RowError = {
    code: 'INTERRUPTED',
    class: 'unknown',
    retryable: false,
    http: null,
    message: inDoubt
      ? 'The run was stopped while the change was under way, and it is not known yet whether it happened'
      : `The run was stopped ${isNew ? 'before' : 'in the middle of'} it`,
    hint: 'pond-bulk resume goes on',
  };
  return { status: inDoubt ? 'UNKNOWN' : 'NOT_STARTED', message: error.message, error, after: null, effects: [], audit: [], stop: null };
}

/**
 * A row that goes no further now. What was begun is never new again: the portal would show, and might take, it as a row that
 * nobody has begun.
 */
function unfinished(
  { message, error }: Ended,
  { isNew, wasAccepted, progress }: RowJournal,
): Pick<RowVerdict, 'status' | 'message' | 'error'> {
  if (isNew) return { status: 'NOT_STARTED', message, error };
  if (wasAccepted) return { status: 'ACCEPTED', message, error };
  const known = progress === null ? message : `${message}. ${progress}`;
  return {
    status: 'UNKNOWN',
    message: known,
    error: error && { ...error, message: known, hint: error.hint ?? 'pond-bulk resume goes on' },
  };
}

function endOf(error: unknown): RowEnd {
  if (error instanceof RowEnded) return error.end;
  if (!(error instanceof CallFailed)) throw error;
  return { kind: stopsProvider(error.error) ? 'provider-stopped' : 'failed', error: error.error };
}

type Ended = Pick<RowVerdict, 'status' | 'message' | 'error' | 'after' | 'effects' | 'audit' | 'stop'>;

function verdictOf(end: RowEnd): Ended {
  const nothing = { after: null, effects: [], audit: [], stop: null };
  switch (end.kind) {
    case 'failed':
      return { ...nothing, status: 'FAILED', message: end.error.message, error: end.error };
    case 'unknown':
      return {
        ...nothing,
        status: 'UNKNOWN',
        message: end.error.message,
        error: end.error,
        stop: stopsProvider(end.error) ? end.error : null,
      };
    case 'accepted':
      return { ...nothing, status: 'ACCEPTED', message: end.message, error: null, stop: end.stop };
    case 'provider-stopped':
      return { ...nothing, status: 'NOT_STARTED', message: end.error.message, error: end.error, stop: end.error };
    case 'not-sent':
      return { ...nothing, status: 'NOT_STARTED', message: end.error.message, error: end.error };
    default:
      return end satisfies never;
  }
}
