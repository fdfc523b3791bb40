import type { RowEnd } from './row-end.ts';
import type { RowJournal } from './row-journal.ts';

/** How a row ends before a step that would have to be sent, where nothing may be: what is known of it decides. */
export function unsentEnd(step: string, { wasAccepted, isNew }: RowJournal): RowEnd {
  const message = `"${step}" did not happen, and nothing is sent now`;
  if (wasAccepted) return { kind: 'accepted', message: `${message}: resume does the rest`, stop: null };
  const error = { code: 'NOT_SENT', class: 'unknown', retryable: true, http: null, message, hint: 'pond-bulk resume goes on' } as const;
  return { kind: isNew ? 'not-sent' : 'unknown', error };
}
