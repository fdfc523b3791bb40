import { CallFailed } from '../domain/call-failed.ts';
import type { Clock } from '../domain/clock.ts';
import { stopsProvider, type RowError } from '../domain/result.ts';
import type { BatchedStep, Seen, Sent, Step, Steps, Tried } from '../domain/step.ts';
import type { Batches } from './batches.ts';
import type { JournalData } from './journal.ts';
import { createTryProcedure, type ProcedureOptions } from './procedure-step.ts';
import { accepted, RowEnded } from './row-end.ts';
import type { Doubt, RowJournal } from './row-journal.ts';
import { unsentEnd } from './unsent.ts';

export interface StepsOptions extends ProcedureOptions {
  readonly batches: Batches;
  readonly clock: Clock;
  /** How long a lost write is read back before it counts as not happened. */
  readonly settleMs: number;
  readonly signal: AbortSignal;
  /** Nothing is sent: steps that were begun are read back, and the row ends before one that would have to be sent. */
  readonly onlySettle?: boolean;
}

/** In one run a step is sent at most twice: once, and once more after it was found not to have happened. */
const MAX_SENDS = 2;

/** Between two read-backs of a lost write: doubling from 250 ms to 5 s, or to a part of a long settle time, which many devices may share. */
const FIRST_READ_BACK_MS = 250;
const LONGEST_READ_BACK_MS = 5000;
const LONGEST_READ_BACK_SHARE = 1 / 15;

/**
 * The step engine: intent on disk, send, answer on disk. A step that has an intent and no answer (the process died, or
 * the answer was lost) is read back until its settle time is over before anything is sent again.
 */
export function createSteps(journal: RowJournal, options: StepsOptions): Steps {
  const { clock, signal, tell } = options;

  const finish = <T>(name: string, step: AnyStep<T>, sent: Sent<T>): Tried<T> => {
    const request = journal.intentOf(name)?.request ?? '';
    const texts = { audit: step.audit, request, response: sent.response };
    switch (sent.kind) {
      case 'done':
        void journal.write(name, { kind: 'answer', ended: 'done', value: sent.value, lasting: false, ...texts });
        tell(name, 'answer', sent.response);
        return { ok: true, value: sent.value };
      case 'refused':
        void journal.write(name, { kind: 'answer', ended: 'refused', error: sent.error, ...texts });
        tell(name, 'failed', sent.error.message);
        return { ok: false, error: sent.error };
      case 'accepted':
        void journal.write(name, { kind: 'answer', ended: 'accepted', handle: sent.handle, response: sent.response });
        throw new RowEnded(accepted(sent.handle, null));
      case 'stop':
        // It did not happen: journaled, so that the next run need not read back.
        void journal.write(name, { kind: 'answer', ended: 'absent' });
        throw new RowEnded({ kind: 'provider-stopped', error: sent.error });
      case 'lost':
        throw new RowEnded({ kind: 'unknown', error: sent.error });
      default:
        return sent satisfies never;
    }
  };

  /** Asks until the step is seen, or its settle time is over. */
  const settle = async <T>(name: string, step: AnyStep<T>, { at, handle }: Doubt): Promise<Seen<T>> => {
    const settleMs = step.settleMs ?? options.settleMs;
    const longestMs = Math.max(LONGEST_READ_BACK_MS, settleMs * LONGEST_READ_BACK_SHARE);
    for (let waitMs = FIRST_READ_BACK_MS; ; waitMs = Math.min(waitMs * 2, longestMs)) {
      const seen = await step.readBack(signal, handle, { isTaken: false, ageMs: journal.ageOf(name) });
      tell(name, 'read-back', seen.kind);
      const leftMs = at + settleMs - clock.now();
      const isOpen = seen.kind === 'absent' || (seen.kind === 'unclear' && !stopsProvider(seen.error));
      if (!isOpen || leftMs <= 0) return seen;
      await clock.sleep(Math.min(waitMs, leftMs), signal);
    }
  };

  const requireSending = (name: string): void => {
    if (options.onlySettle === true) throw new RowEnded(unsentEnd(name, journal));
  };

  const sendOnce = async <T>(name: string, step: AnyStep<T>): Promise<Sent<T>> => {
    requireSending(name);
    let isIntended = false;
    const intend = async (handle: string, members: number): Promise<void> => {
      // The request before was refused whole: it goes again in parts.
      if (isIntended) void journal.write(name, { kind: 'answer', ended: 'absent' });
      isIntended = true;
      const request = requestOf(step, handle, members);
      await journal.write(name, { kind: 'intent', request, ...(handle === '' ? {} : { handle }) });
      tell(name, 'intent', request);
    };
    if ('sendAll' in step) return options.batches.send(step, intend, signal);
    const handle = step.newHandle?.() ?? '';
    await intend(handle, 1);
    return step.send(signal, handle);
  };

  const tryStep = async <T>(name: string, step: AnyStep<T>): Promise<Tried<T>> => {
    const answer = journal.answerOf(name);
    if (answer?.ended === 'done') return { ok: true, value: answer.value as T };
    if (answer?.ended === 'refused') return { ok: false, error: answer.error };
    if (answer?.ended === 'accepted') return settleAccepted(name, step, answer);
    let doubt = journal.doubtOf(name);
    for (let sends = 0; ;) {
      if (doubt !== null) {
        const seen = await settle(name, step, doubt);
        if (seen.kind === 'happened') return finish(name, step, { ...seen, kind: 'done' });
        if (seen.kind === 'failed') return finish(name, step, { ...seen, kind: 'refused' });
        if (seen.kind === 'pending') return finish(name, step, { kind: 'accepted', handle: doubt.handle, response: '' });
        if (seen.kind === 'unclear') throw new RowEnded({ kind: 'unknown', error: seen.error });
        if (sends >= MAX_SENDS) {
          // Where a change that still came would do no harm it may be called failed; anything else stays in doubt.
          if (step.idempotent === true) return finish(name, step, { kind: 'refused', error: doubt.error, response: doubt.error.message });
          throw new RowEnded({ kind: 'unknown', error: doubt.error });
        }
        void journal.write(name, { kind: 'answer', ended: 'absent' });
      }
      const sent = await sendOnce(name, step);
      sends += 1;
      if (sent.kind !== 'lost') return finish(name, step, sent);
      void journal.write(name, { kind: 'answer', ended: 'lost', error: sent.error });
      tell(name, 'failed', sent.error.message);
      doubt = { at: clock.now(), error: sent.error, handle: journal.intentOf(name)?.handle ?? '' };
    }
  };

  const settleAccepted = async <T>(name: string, step: AnyStep<T>, taken: Taken): Promise<Tried<T>> => {
    const seen = await step.readBack(signal, taken.handle, { isTaken: true, ageMs: journal.ageOf(name) });
    // The audit tells both: the answer that took it, and the one that shows its end.
    const both = (response: string): string => [taken.response, response].filter((text) => text !== '').join('\n');
    if (seen.kind === 'happened') return finish(name, step, { ...seen, kind: 'done', response: both(seen.response) });
    if (seen.kind === 'failed') return finish(name, step, { ...seen, kind: 'refused', response: both(seen.response) });
    throw new RowEnded(accepted(taken.handle, seen.kind === 'unclear' && stopsProvider(seen.error) ? seen.error : null));
  };

  return {
    signal,
    isResumed: journal.isResumed,
    tryStep,
    tryProcedure: createTryProcedure(journal, options, requireSending),
    step: async (name, step) => {
      const tried = await tryStep(name, step);
      if (tried.ok) return tried.value;
      throw new RowEnded({ kind: 'failed', error: tried.error });
    },
    remember: async <T>(name: string, read: () => Promise<T>): Promise<T> => {
      const noted = journal.noteOf(name);
      if (noted !== undefined) return noted.value as T;
      const value = await read();
      // Not awaited: the next intent is committed after it.
      void journal.write(name, { kind: 'note', value });
      return value;
    },
    earlier: <T>(name: string) => journal.earlier(name) as readonly T[],
    part: async (lead, work) => {
      try {
        return await work();
      } catch (error) {
        const failure = failureOf(error);
        if (failure === null) throw withLead(lead, error);
        return { status: 'FAILED', message: failure.message, error: failure, after: null, effects: [], audit: [] };
      }
    },
  };
}

/** What failed only this row; null when the row is in doubt, or its provider is stopped. */
function failureOf(error: unknown): RowError | null {
  if (error instanceof RowEnded) return error.end.kind === 'failed' ? error.end.error : null;
  if (!(error instanceof CallFailed)) return null;
  return stopsProvider(error.error) ? null : error.error;
}

/** What ends a row that is still to be settled, told with what is done of it; everything else, and what is told of its whole provider, as it is. */
function withLead(lead: string, error: unknown): unknown {
  if (!(error instanceof RowEnded)) return error;
  const { end } = error;
  if (end.kind === 'accepted') return new RowEnded({ ...end, message: `${lead}${end.message}` });
  if (end.kind === 'unknown' && !stopsProvider(end.error))
    return new RowEnded({ ...end, error: { ...end.error, message: `${lead}${end.error.message}` } });
  return error;
}

type AnyStep<T> = Step<T> | BatchedStep<T, unknown>;

/** What the journal has of a step that the carrier took. */
type Taken = JournalData & { readonly kind: 'answer'; readonly ended: 'accepted' };

/** Of a shared request each member tells its own part, and how many there are. */
function requestOf({ request }: AnyStep<unknown>, handle: string, members: number): string {
  const text = typeof request === 'string' ? request : request(handle);
  return members === 1 ? text : `${text}\n(one of ${members} devices in this request)`;
}
