/** Why a run cannot go on; `broken`: something outside of it, as its database or its disk. The kind decides the exit code (cli/exit-codes.ts), the code is stable for scripts. */
export type ErrorKind = 'usage' | 'config' | 'input' | 'credentials' | 'locked' | 'plan' | 'cancelled' | 'broken' | 'bug';

/** An error that ends the command. The message says what, where and what to do next. One row's failure is never thrown: it is an Outcome. */
export class PondBulkError extends Error {
  override readonly name = 'PondBulkError';
  readonly kind: ErrorKind;
  readonly code: string;

  constructor(kind: ErrorKind, code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}
