import type { ProcedureCall } from '../domain/procedure.ts';
import type { Steps } from '../domain/step.ts';
import type { JournalData, JournalEntry } from './journal.ts';
import { RowEnded } from './row-end.ts';
import type { RowJournal } from './row-journal.ts';

export interface ProcedureOptions {
  /** Calls a procedure and commits its answer, or says that the row waits for the others of its bulk change. */
  readonly callProcedure: (call: ProcedureCall, entry: Omit<JournalEntry, 'data'>) => Promise<JournalEntry>;
  /** `at`: which side is asked, a carrier's or billing's API unless told otherwise. */
  readonly tell: (step: string, state: 'intent' | 'answer' | 'failed' | 'read-back', message: string, at?: 'api' | 'database') => void;
}

/** Steps that are stored procedures. They commit with their journal entries, so that none is ever in doubt. */
export function createTryProcedure(
  journal: RowJournal,
  { callProcedure, tell }: ProcedureOptions,
  requireSending: (name: string) => void,
): Steps['tryProcedure'] {
  const tellAnswer = (name: string, data: JournalData): void => {
    if (data.kind !== 'answer') return;
    if (data.ended === 'done') tell(name, 'answer', data.response, 'database');
    if (data.ended === 'refused') tell(name, 'failed', data.error.message);
  };
  const tryProcedure: Steps['tryProcedure'] = async (name, call) => {
    const known = journal.answerOf(name) ?? journal.lastOf(name);
    if (known === undefined) {
      requireSending(name);
      await journal.durable();
      tell(name, 'intent', call.procedure, 'database');
      const entry = await callProcedure(call, journal.next(name));
      journal.committed(entry);
      tellAnswer(name, entry.data);
      return tryProcedure(name, call);
    }
    if (known.kind === 'waiting')
      throw new RowEnded({ kind: 'accepted', message: `waits for ${call.procedure} of its bulk change`, stop: null });
    if (known.kind === 'answer' && known.ended === 'done') return { ok: true, value: known.response };
    if (known.kind === 'answer' && known.ended === 'refused') return { ok: false, error: known.error };
    throw new Error(`${name} is no procedure`);
  };
  return tryProcedure;
}
