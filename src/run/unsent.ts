import type { RowEnd } from './row-end.ts';
import type { RowJournal } from './row-journal.ts';

/** How a row ends before a step that would have to be sent, where nothing may be: what is known of it decides. */
export function unsentEnd(step: string, { wasAccepted, isBegun, inDoubt }: RowJournal): RowEnd {
  const message = `"${step}" did not happen, and nothing is sent now`;
  if (wasAccepted) return { kind: 'accepted', message: `${message}: resume does the rest`, stop: null };
  const error = { code: 'NOT_SENT', class: 'unknown', retryable: true, http: null, message, hint: 'pond-bulk resume goes on' } as const;
  // Half of it is done: as NOT_STARTED the portal would show, and might take, the row as a new one.
  return { kind: isBegun || inDoubt ? 'unknown' : 'not-sent', error };
}
