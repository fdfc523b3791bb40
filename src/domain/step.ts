import type { Outcome } from './outcome.ts';
import type { ProcedureCall } from './procedure.ts';
import type { RowError } from './result.ts';

/** What sending a step came to. `T` is journaled as JSON. */
export type Sent<T> =
  | { readonly kind: 'done'; readonly value: T; readonly response: string }
  /** Taken by the carrier, not done yet: `handle` finds it again. */
  | { readonly kind: 'accepted'; readonly handle: string; readonly response: string }
  /** The other side said no: it did not happen. */
  | { readonly kind: 'refused'; readonly error: RowError; readonly response: string }
  /** The answer did not arrive or says nothing: it may have happened, or may happen yet. */
  | { readonly kind: 'lost'; readonly error: RowError; readonly response: string }
  /** It did not happen, and going on with this provider is pointless (credentials, quota). */
  | { readonly kind: 'stop'; readonly error: RowError; readonly response: string };

/** What a read-back found. `absent` means "not there now"; whether it may still come is decided by the settle time. */
export type Seen<T> =
  | { readonly kind: 'happened'; readonly value: T; readonly response: string }
  | { readonly kind: 'failed'; readonly error: RowError; readonly response: string }
  | { readonly kind: 'absent' }
  /** Accepted and still under way at the carrier. */
  | { readonly kind: 'pending' }
  /** The read itself failed: nothing is known. */
  | { readonly kind: 'unclear'; readonly error: RowError };

/** The last request of a step, as far as it is known when it is read back. */
export interface Asked {
  /** Whether the other side said that it took it; else its answer was lost. */
  readonly isTaken: boolean;
  /** How long ago it was begun. */
  readonly ageMs: number;
}

/** One effect on the outside: how to send it, and how to find out afterwards whether it happened. */
export interface Step<T> {
  /** LogEntryDescription of its audit row. */
  readonly audit: string;
  /** RequestText of its audit row, known before it is sent; of the handle where each request has its own. */
  readonly request: string | ((handle: string) => string);
  /** Names the next request, where the caller may name it. The name is on disk before the request goes out: it is found by it whatever happens. */
  readonly newHandle?: () => string;
  /** Repeating it leaves the same state, and coming late it does no harm: what is still undone after two sends has failed, instead of staying in doubt. */
  readonly idempotent?: boolean;
  /** How long a lost answer is read back before it counts as not happened, where that is not the run's own time. */
  readonly settleMs?: number | undefined;
  /** `handle` is of `newHandle`, else empty. */
  send(signal: AbortSignal, handle: string): Promise<Sent<T>>;
  /** `handle` is the one of the last request: of `newHandle`, or what the carrier accepted it with. Empty when nobody named it. */
  readBack(signal: AbortSignal, handle: string, asked: Asked): Promise<Seen<T>>;
}

/** Members of one request that stands for many devices. */
export interface BatchedStep<T, M> extends Omit<Step<T>, 'send'> {
  /** Members with the same key may share a request. */
  readonly key: string;
  readonly member: M;
  readonly maxMembers: number;
  /** Answers for each member, in their order. */
  sendAll(members: readonly M[], signal: AbortSignal, handle: string): Promise<readonly Sent<T>[]>;
  /** Whether a whole request may be refused so because of some of its members: then it goes again in halves, until those are alone. */
  isForSome?(error: RowError): boolean;
}

export type Tried<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: RowError };

/** What a device's change is written in. After a crash the same function is run again: finished steps return their journaled answers. */
export interface Steps {
  /** Cut short by a second Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether this attempt goes on after a stop: what was answered before it may be long ago. */
  readonly isResumed: boolean;
  /** Does one effect, exactly once. Rejects (ending the row) unless it is done. */
  step<T>(name: string, step: Step<T> | BatchedStep<T, unknown>): Promise<T>;
  /** Like `step`, but a refusal is returned, for changes that compensate. */
  tryStep<T>(name: string, step: Step<T> | BatchedStep<T, unknown>): Promise<Tried<T>>;
  /**
   * Calls a stored procedure of the operator's database, exactly once; it commits together with its journal entry, so there is
   * nothing to read back. A procedure that is called once for all devices leaves the row accepted until then. Resolves to what it answered.
   */
  tryProcedure(name: string, call: ProcedureCall): Promise<Tried<string>>;
  /** Reads something before an effect and journals it: after a crash the same value is returned, whatever the world looks like then. */
  remember<T>(name: string, read: () => Promise<T>): Promise<T>;
  /** What a step or a note of this name came to in earlier attempts of this row (those whose end is committed). */
  earlier<T>(name: string): readonly T[];
  /**
   * Does a part whose failure does not undo the rest: it becomes a FAILED outcome instead of ending the row. Where it ends the
   * row in doubt, or accepted, the row's message begins with `lead`.
   */
  part(lead: string, work: () => Promise<Outcome>): Promise<Outcome>;
}
