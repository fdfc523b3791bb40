import type { ProcedureCall } from '../domain/procedure.ts';
import type { RowError } from '../domain/result.ts';

/** What is written down about one step of one row. The journal is append-only. */
export interface JournalEntry {
  /** pondbulk change_row.id, as text (bigint). */
  readonly rowId: string;
  /** 1 for the first run of the row; each `retry` adds one. */
  readonly attempt: number;
  /** Order within the row. */
  readonly n: number;
  readonly step: string;
  /** Milliseconds since the epoch, UTC. */
  readonly at: number;
  readonly data: JournalData;
}

export type JournalData =
  /** On disk before the step is sent. */
  | {
      readonly kind: 'intent';
      readonly request: string;
      /** The name that the request was given, where it has one. */
      readonly handle?: string;
    }
  /** Something read before an effect, to be remembered as it was. */
  | { readonly kind: 'note'; readonly value: unknown }
  /** How the step ended. `request` and `response` become its audit row. */
  | {
      readonly kind: 'answer';
      readonly ended: 'done';
      readonly value: unknown;
      readonly audit: string;
      readonly request: string;
      readonly response: string;
      /** Whether it holds for later attempts of the row too: `retry` does not do it again. */
      readonly lasting: boolean;
      /** Its audit row was committed with it. */
      readonly isAudited?: boolean;
    }
  | {
      readonly kind: 'answer';
      readonly ended: 'refused';
      readonly error: RowError;
      readonly audit: string;
      readonly request: string;
      readonly response: string;
      readonly isAudited?: boolean;
    }
  /** Ready for a procedure that is called once for the whole bulk change. */
  | { readonly kind: 'waiting'; readonly call: ProcedureCall }
  /** Sent, and its answer did not arrive or said nothing: from then on it settles. */
  | { readonly kind: 'answer'; readonly ended: 'lost'; readonly error: RowError }
  /** Sent once, and found not to have happened: it may be sent again. */
  | { readonly kind: 'answer'; readonly ended: 'absent' }
  /** Taken by the carrier; a later answer of the same step says how it ended. */
  | { readonly kind: 'answer'; readonly ended: 'accepted'; readonly handle: string; readonly response: string };

/** Whether a step of this attempt was sent, or was about to be, and nothing is known of its end. */
export function isInDoubt(entries: readonly JournalEntry[], attempt: number): boolean {
  return lastOfSteps(entries, attempt).some((data) => data.kind === 'intent' || (data.kind === 'answer' && data.ended === 'lost'));
}

/** The last step of this attempt that did what it should, or was refused; undefined when there is none. */
export function lastEnded(entries: readonly JournalEntry[], attempt: number): JournalEntry | undefined {
  return entries.findLast(
    ({ attempt: each, data }) => each === attempt && data.kind === 'answer' && (data.ended === 'done' || data.ended === 'refused'),
  );
}

/** Whether nothing of this attempt is done, in doubt or at a carrier: the portal may take the row for a new one. */
export function isNew(entries: readonly JournalEntry[], attempt: number): boolean {
  return lastEnded(entries, attempt) === undefined && !isInDoubt(entries, attempt) && !wasAccepted(entries, attempt);
}

/** What finds a step of this attempt again that the carrier took and has not done yet; null when there is none. */
export function acceptedHandle(entries: readonly JournalEntry[], attempt: number): string | null {
  const accepted = lastOfSteps(entries, attempt).flatMap((data) =>
    data.kind === 'answer' && data.ended === 'accepted' ? [data.handle] : [],
  );
  return accepted[0] ?? null;
}

/** Whether a step of this attempt was taken by a carrier, or waited for a procedure, whatever came of it. */
export function wasAccepted(entries: readonly JournalEntry[], attempt: number): boolean {
  return entries.some(
    ({ attempt: each, data }) => each === attempt && (data.kind === 'waiting' || (data.kind === 'answer' && data.ended === 'accepted')),
  );
}

function lastOfSteps(entries: readonly JournalEntry[], attempt: number): readonly JournalData[] {
  const last = new Map(entries.filter((entry) => entry.attempt === attempt).map(({ step, data }) => [step, data]));
  return [...last.values()];
}
