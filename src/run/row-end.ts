import type { RowError } from '../domain/result.ts';

/**
 * How a step ends its row before the change is through. Thrown by the step engine and caught by run-device.ts alone:
 * changes are written as if every step succeeded.
 */
export type RowEnd =
  | { readonly kind: 'failed'; readonly error: RowError }
  | { readonly kind: 'unknown'; readonly error: RowError }
  /** To be settled later. `stop`: going on with the provider is pointless. */
  | { readonly kind: 'accepted'; readonly message: string; readonly stop: RowError | null }
  | { readonly kind: 'provider-stopped'; readonly error: RowError }
  /** Nothing of it was sent, and nothing is to be sent now. */
  | { readonly kind: 'not-sent'; readonly error: RowError };

/** Thrown where a row ends before its change is through. */
export class RowEnded extends Error {
  override readonly name = 'RowEnded';
  readonly end: RowEnd;

  constructor(end: RowEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** Taken by the carrier, which has not done it yet. */
export function accepted(handle: string, stop: RowError | null): RowEnd {
  return { kind: 'accepted', message: `accepted by the carrier (${handle})`, stop };
}
