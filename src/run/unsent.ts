import { isInDoubt, wasAccepted, type JournalEntry } from './journal.ts';
import type { RowEnd } from './row-end.ts';

/** How a row ends before a step that would have to be sent, where nothing may be: what is known of it decides. */
export function unsentEnd(step: string, entries: readonly JournalEntry[], attempt: number): RowEnd {
  const mine = entries.filter((entry) => entry.attempt === attempt).map(({ data }) => data);
  const message = `"${step}" did not happen, and nothing is sent now`;
  if (wasAccepted(entries, attempt)) return { kind: 'accepted', message: `${message}: resume does the rest`, stop: null };
  const error = { code: 'NOT_SENT', class: 'unknown', retryable: true, http: null, message, hint: 'pond-bulk resume goes on' } as const;
  const isBegun = mine.some((data) => data.kind === 'answer' && (data.ended === 'done' || data.ended === 'refused'));
  // Half of it is done: as NOT_STARTED the portal would show, and might take, the row as a new one.
  return { kind: isBegun || isInDoubt(entries, attempt) ? 'unknown' : 'not-sent', error };
}
