import type { Clock } from '../domain/clock.ts';
import type { AuditEntry } from '../domain/outcome.ts';
import type { RowError } from '../domain/result.ts';
import type { Group } from './group.ts';
import { acceptedHandle, isInDoubt, isNew, lastEnded, wasAccepted, type JournalData, type JournalEntry } from './journal.ts';

export interface RowJournalOptions {
  readonly rowId: string;
  readonly attempt: number;
  /** Everything journaled for the row so far, in order. */
  readonly past: readonly JournalEntry[];
  readonly journal: Group<JournalEntry>;
  readonly clock: Clock;
}

type Intent = JournalData & { readonly kind: 'intent' };
type Answer = JournalData & { readonly kind: 'answer' };

/** A step that was sent, and of whose end nothing is known. */
export interface Doubt {
  /** Since when it settles, in milliseconds since the epoch. */
  readonly at: number;
  readonly error: RowError;
  /** Of the request that nothing is known of. */
  readonly handle: string;
}

/** The journal of one row: what earlier runs wrote of its steps, and what this one adds. Steps without an attempt named are of this attempt. */
export class RowJournal {
  readonly #options: RowJournalOptions;
  readonly #entries: JournalEntry[];
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RowJournalOptions) {
    this.#options = options;
    this.#entries = [...options.past];
  }

  /** Resolves when it is on disk, with every entry before it. */
  write(step: string, data: JournalData): Promise<void> {
    const entry: JournalEntry = { ...this.next(step), data };
    this.#entries.push(entry);
    const written = this.#options.journal.add(entry);
    // Entries are committed in order, so it is enough that the next intent waits for those before it.
    this.#writing = Promise.all([this.#writing, written]).then(() => undefined);
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  /** Resolves when every entry so far is on disk. */
  durable(): Promise<void> {
    return this.#writing;
  }

  /** What the next entry of the step says, beside its data. */
  next(step: string): Omit<JournalEntry, 'data'> {
    const { rowId, attempt, clock } = this.#options;
    return { rowId, attempt, n: this.#entries.length + 1, step, at: clock.now() };
  }

  /** Takes note of an entry that was committed together with what it tells. */
  committed(entry: JournalEntry): void {
    this.#entries.push(entry);
  }

  /** How the step was answered last; a success that lasts may be of an earlier attempt. */
  answerOf(step: string): Answer | undefined {
    const answered = this.#entries.findLast(
      (entry) =>
        entry.step === step &&
        entry.data.kind === 'answer' &&
        (this.#isOfAttempt(entry) || (entry.data.ended === 'done' && entry.data.lasting)),
    );
    return answered?.data.kind === 'answer' ? answered.data : undefined;
  }

  lastOf(step: string): JournalData | undefined {
    return this.#ofStep(step).at(-1)?.data;
  }

  /** The last request of the step. */
  intentOf(step: string): Intent | undefined {
    return this.#ofStep(step)
      .flatMap(({ data }) => (data.kind === 'intent' ? [data] : []))
      .at(-1);
  }

  /** How long ago the last request of the step was begun, in milliseconds. */
  ageOf(step: string): number {
    const now = this.#options.clock.now();
    return now - (this.#ofStep(step).findLast(({ data }) => data.kind === 'intent')?.at ?? now);
  }

  /** What earlier runs of this attempt left open. After a crash nobody knows how long the call waited, or ran: it settles from now on. */
  doubtOf(step: string): Doubt | null {
    const handle = this.intentOf(step)?.handle ?? '';
    const last = this.#ofStep(step).at(-1);
    if (last?.data.kind === 'intent') return { at: this.#options.clock.now(), error: interrupted(step), handle };
    return last?.data.kind === 'answer' && last.data.ended === 'lost' ? { at: last.at, error: last.data.error, handle } : null;
  }

  /** What was remembered under this name. */
  noteOf(name: string): { readonly value: unknown } | undefined {
    return this.#ofStep(name)
      .flatMap(({ data }) => (data.kind === 'note' ? [data] : []))
      .at(-1);
  }

  /** What a step or a note of this name came to in earlier attempts. */
  earlier(name: string): readonly unknown[] {
    return this.#entries.flatMap(({ step, attempt, data }) => {
      if (step !== name || attempt >= this.#options.attempt) return [];
      return data.kind === 'note' || (data.kind === 'answer' && data.ended === 'done') ? [data.value] : [];
    });
  }

  /** Audit rows of the answered steps, in order; `from` leaves out those of the first `from` entries. */
  audit(from: number): readonly AuditEntry[] {
    return this.#entries.slice(from).flatMap(({ data }) => auditOf(data));
  }

  /** How many entries there are. */
  get count(): number {
    return this.#entries.length;
  }

  /** Whether this attempt goes on after a stop. */
  get isResumed(): boolean {
    return this.#options.past.some((entry) => this.#isOfAttempt(entry));
  }

  /** Whether any step was answered, in whatever attempt. */
  get isAnswered(): boolean {
    return this.#entries.some(({ data }) => data.kind === 'answer');
  }

  /** Whether nothing is done, in doubt or at a carrier. */
  get isNew(): boolean {
    return isNew(this.#entries, this.#options.attempt);
  }

  /** How far it came: the last step that did what it should, or was refused; null when there is none. */
  get progress(): string | null {
    const last = lastEnded(this.#entries, this.#options.attempt);
    if (last?.data.kind !== 'answer') return null;
    return `"${last.step}" ${last.data.ended === 'done' ? 'is done' : 'was refused'}`;
  }

  /** Whether a step was sent, or was about to be, and nothing is known of its end. */
  get inDoubt(): boolean {
    return isInDoubt(this.#entries, this.#options.attempt);
  }

  /** What finds a step again that the carrier took and has not done yet; null when there is none. */
  get acceptedHandle(): string | null {
    return acceptedHandle(this.#entries, this.#options.attempt);
  }

  /** Whether a step was taken by a carrier, or waited for a procedure, whatever came of it. */
  get wasAccepted(): boolean {
    return wasAccepted(this.#entries, this.#options.attempt);
  }

  #isOfAttempt({ attempt }: JournalEntry): boolean {
    return attempt === this.#options.attempt;
  }

  #ofStep(step: string): readonly JournalEntry[] {
    return this.#entries.filter((entry) => entry.step === step && this.#isOfAttempt(entry));
  }
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
