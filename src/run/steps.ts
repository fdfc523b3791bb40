import { CallFailed } from '../domain/call-failed.ts';
import type { Clock } from '../domain/clock.ts';
import type { AuditEntry } from '../domain/outcome.ts';
import type { ProcedureCall } from '../domain/procedure.ts';
import { stopsProvider, type RowError } from '../domain/result.ts';
import type { BatchedStep, Seen, Sent, Step, Steps, Tried } from '../domain/step.ts';
import type { Batches } from './batches.ts';
import type { Group } from './group.ts';
import { acceptedHandle, isInDoubt, type JournalData, type JournalEntry } from './journal.ts';
import { accepted, RowEnded } from './row-end.ts';
import { unsentEnd } from './unsent.ts';

export interface StepsOptions {
  readonly rowId: string;
  readonly attempt: number;
  /** Everything journaled for the row so far, in order. */
  readonly past: readonly JournalEntry[];
  readonly journal: Group<JournalEntry>;
  readonly batches: Batches;
  readonly clock: Clock;
  /** How long a lost write is read back before it counts as not happened. */
  readonly settleMs: number;
  /** Calls a procedure and commits its answer, or says that the row waits for the others of its bulk change. */
  readonly callProcedure: (call: ProcedureCall, entry: Omit<JournalEntry, 'data'>) => Promise<JournalEntry>;
  readonly tell: (step: string, state: 'intent' | 'answer' | 'failed' | 'read-back', message: string) => void;
  readonly signal: AbortSignal;
  /** Nothing is sent: steps that were begun are read back, and the row ends before one that would have to be sent. */
  readonly onlySettle?: boolean;
}

/** Steps of one row, and what they leave for the audit. */
export interface JournaledSteps extends Steps {
  /** Audit rows of the answered steps, in order; `from` leaves out those of the first `from` journal entries. */
  audit(from: number): readonly AuditEntry[];
  /** How many journal entries there are now. */
  readonly count: number;
  /** Whether a step was sent, or was about to be, and nothing is known of its end. */
  readonly inDoubt: boolean;
  /** What finds a step again that the carrier took and has not done yet; null when there is none. */
  readonly acceptedHandle: string | null;
  /** Whether any step was answered, in whatever attempt. */
  readonly isAnswered: boolean;
  /** Resolves when every answer so far is on disk. */
  durable(): Promise<void>;
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
export function createSteps(options: StepsOptions): JournaledSteps {
  const { clock, journal, signal, tell } = options;
  const entries = [...options.past];
  let writing: Promise<void> = Promise.resolve();

  const write = (step: string, data: JournalData): Promise<void> => {
    const entry: JournalEntry = { rowId: options.rowId, attempt: options.attempt, n: entries.length + 1, step, at: clock.now(), data };
    entries.push(entry);
    const written = journal.add(entry);
    // Entries are committed in order, so it is enough that the next intent waits for those before it.
    writing = Promise.all([writing, written]).then(() => undefined);
    writing.catch(() => undefined);
    return writing;
  };

  const answerOf = (name: string): JournalEntry | undefined =>
    entries.findLast(
      ({ step, attempt, data }) =>
        step === name && data.kind === 'answer' && (attempt === options.attempt || (data.ended === 'done' && data.lasting)),
    );

  const finish = <T>(name: string, step: AnyStep<T>, sent: Sent<T>): Tried<T> => {
    const request = lastIntent(entries, name, options.attempt)?.request ?? '';
    const texts = { audit: step.audit, request, response: sent.response };
    switch (sent.kind) {
      case 'done':
        void write(name, { kind: 'answer', ended: 'done', value: sent.value, lasting: step.lasting === true, ...texts });
        tell(name, 'answer', sent.response);
        return { ok: true, value: sent.value };
      case 'refused':
        void write(name, { kind: 'answer', ended: 'refused', error: sent.error, ...texts });
        tell(name, 'failed', sent.error.message);
        return { ok: false, error: sent.error };
      case 'accepted':
        void write(name, { kind: 'answer', ended: 'accepted', handle: sent.handle, response: sent.response });
        throw new RowEnded(accepted(sent.handle, null));
      case 'stop':
        // It did not happen: journaled, so that the next run need not read back.
        void write(name, { kind: 'answer', ended: 'absent' });
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
      const seen = await step.readBack(signal, handle);
      tell(name, 'read-back', seen.kind);
      const leftMs = at + settleMs - clock.now();
      const isOpen = seen.kind === 'absent' || (seen.kind === 'unclear' && !stopsProvider(seen.error));
      if (!isOpen || leftMs <= 0) return seen;
      await clock.sleep(Math.min(waitMs, leftMs), signal);
    }
  };

  const requireSending = (name: string): void => {
    if (options.onlySettle === true) throw new RowEnded(unsentEnd(name, entries, options.attempt));
  };

  const sendOnce = async <T>(name: string, step: AnyStep<T>): Promise<Sent<T>> => {
    requireSending(name);
    let isIntended = false;
    const intend = async (handle: string, members: number): Promise<void> => {
      // The request before was refused whole: it goes again in parts.
      if (isIntended) void write(name, { kind: 'answer', ended: 'absent' });
      isIntended = true;
      const request = requestOf(step, handle, members);
      await write(name, { kind: 'intent', request, ...(handle === '' ? {} : { handle }) });
      tell(name, 'intent', request);
    };
    if ('sendAll' in step) return options.batches.send(step, intend, signal);
    const handle = step.newHandle?.() ?? '';
    await intend(handle, 1);
    return step.send(signal, handle);
  };

  const tryStep = async <T>(name: string, step: AnyStep<T>): Promise<Tried<T>> => {
    const answer = answerOf(name)?.data;
    if (answer?.kind === 'answer' && answer.ended === 'done') return { ok: true, value: answer.value as T };
    if (answer?.kind === 'answer' && answer.ended === 'refused') return { ok: false, error: answer.error };
    if (answer?.kind === 'answer' && answer.ended === 'accepted') return settleAccepted(name, step, answer);
    let doubt = openDoubt(entries, name, options.attempt, clock.now());
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
        void write(name, { kind: 'answer', ended: 'absent' });
      }
      const sent = await sendOnce(name, step);
      sends += 1;
      if (sent.kind !== 'lost') return finish(name, step, sent);
      void write(name, { kind: 'answer', ended: 'lost', error: sent.error });
      tell(name, 'failed', sent.error.message);
      doubt = { at: clock.now(), error: sent.error, handle: lastIntent(entries, name, options.attempt)?.handle ?? '' };
    }
  };

  const tryProcedure = async (name: string, call: ProcedureCall): Promise<Tried<string>> => {
    const known = answerOf(name) ?? entries.findLast(({ step, attempt }) => step === name && attempt === options.attempt);
    if (known === undefined) {
      requireSending(name);
      await writing;
      tell(name, 'intent', call.procedure);
      const { rowId, attempt } = options;
      entries.push(await options.callProcedure(call, { rowId, attempt, n: entries.length + 1, step: name, at: clock.now() }));
      return tryProcedure(name, call);
    }
    const { data } = known;
    if (data.kind === 'waiting')
      throw new RowEnded({ kind: 'accepted', message: `waits for ${call.procedure} of its bulk change`, stop: null });
    if (data.kind === 'answer' && data.ended === 'done') return { ok: true, value: data.response };
    if (data.kind === 'answer' && data.ended === 'refused') return { ok: false, error: data.error };
    throw new Error(`${name} of row ${options.rowId} is no procedure`);
  };

  const settleAccepted = async <T>(name: string, step: AnyStep<T>, taken: Taken): Promise<Tried<T>> => {
    const seen = await step.readBack(signal, taken.handle);
    // The audit tells both: the answer that took it, and the one that shows its end.
    const both = (response: string): string => [taken.response, response].filter((text) => text !== '').join('\n');
    if (seen.kind === 'happened') return finish(name, step, { ...seen, kind: 'done', response: both(seen.response) });
    if (seen.kind === 'failed') return finish(name, step, { ...seen, kind: 'refused', response: both(seen.response) });
    throw new RowEnded(accepted(taken.handle, seen.kind === 'unclear' && stopsProvider(seen.error) ? seen.error : null));
  };

  return {
    signal,
    isResumed: options.past.some(({ attempt }) => attempt === options.attempt),
    tryStep,
    tryProcedure,
    step: async (name, step) => {
      const tried = await tryStep(name, step);
      if (tried.ok) return tried.value;
      throw new RowEnded({ kind: 'failed', error: tried.error });
    },
    remember: async <T>(name: string, read: () => Promise<T>): Promise<T> => {
      const noted = entries.findLast((entry) => entry.step === name && entry.attempt === options.attempt && entry.data.kind === 'note');
      if (noted?.data.kind === 'note') return noted.data.value as T;
      const value = await read();
      // Not awaited: the next intent is committed after it.
      void write(name, { kind: 'note', value });
      return value;
    },
    earlier: <T>(name: string): readonly T[] =>
      entries.flatMap(({ step, attempt, data }) => {
        if (step !== name || attempt >= options.attempt) return [];
        return data.kind === 'note' || (data.kind === 'answer' && data.ended === 'done') ? [data.value as T] : [];
      }),
    part: async (work) => {
      try {
        return await work();
      } catch (error) {
        const failure = failureOf(error);
        if (failure === null) throw error;
        return { status: 'FAILED', message: failure.message, error: failure, after: null, effects: [], audit: [] };
      }
    },
    audit: (from) => entries.slice(from).flatMap(({ data }) => auditOf(data)),
    get count() {
      return entries.length;
    },
    get inDoubt() {
      return isInDoubt(entries, options.attempt);
    },
    get acceptedHandle() {
      return acceptedHandle(entries, options.attempt);
    },
    get isAnswered() {
      return entries.some(({ data }) => data.kind === 'answer');
    },
    durable: () => writing,
  };
}

/** What failed only this row; null when the row is in doubt, or its provider is stopped. */
function failureOf(error: unknown): RowError | null {
  if (error instanceof RowEnded) return error.end.kind === 'failed' ? error.end.error : null;
  if (!(error instanceof CallFailed)) return null;
  return stopsProvider(error.error) ? null : error.error;
}

type AnyStep<T> = Step<T> | BatchedStep<T, unknown>;

type Intent = JournalData & { readonly kind: 'intent' };

/** What the journal has of a step that the carrier took. */
type Taken = JournalData & { readonly kind: 'answer'; readonly ended: 'accepted' };

/** Of a shared request each member tells its own part, and how many there are. */
function requestOf({ request }: AnyStep<unknown>, handle: string, members: number): string {
  const text = typeof request === 'string' ? request : request(handle);
  return members === 1 ? text : `${text}\n(one of ${members} devices in this request)`;
}

/** The last request of a step. */
function lastIntent(entries: readonly JournalEntry[], name: string, attempt: number): Intent | undefined {
  const mine = entries.filter((entry) => entry.step === name && entry.attempt === attempt);
  return mine.flatMap(({ data }) => (data.kind === 'intent' ? [data] : [])).at(-1);
}

interface Doubt {
  /** Since when the step settles. */
  readonly at: number;
  readonly error: RowError;
  /** Of the request that nothing is known of. */
  readonly handle: string;
}

/** What earlier runs of this attempt left open. After a crash nobody knows how long the call waited, or ran: it settles from now on. */
function openDoubt(entries: readonly JournalEntry[], name: string, attempt: number, now: number): Doubt | null {
  const handle = lastIntent(entries, name, attempt)?.handle ?? '';
  const last = entries.findLast((entry) => entry.step === name && entry.attempt === attempt);
  if (last?.data.kind === 'intent') return { at: now, error: interrupted(name), handle };
  return last?.data.kind === 'answer' && last.data.ended === 'lost' ? { at: last.at, error: last.data.error, handle } : null;
}

function interrupted(step: string): RowError {
  return {
    code: 'INTERRUPTED',
    class: 'unknown',
    retryable: false,
    http: null,
    message: `The run was stopped while "${step}" was under way, and it is not known yet whether it happened`,
    hint: 'pond-bulk resume reads it back',
  };
}

function auditOf(data: JournalData): readonly AuditEntry[] {
  if (data.kind !== 'answer' || (data.ended !== 'done' && data.ended !== 'refused') || data.isAudited === true) return [];
  return [
    {
      description: data.audit,
      request: data.request,
      response: data.response === '' ? 'OK' : data.response,
      hasErrors: data.ended === 'refused',
    },
  ];
}
