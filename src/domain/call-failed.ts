import type { RowError } from './result.ts';

/** A read at a carrier or at billing that could not be had. Its class decides what follows: `auth` and `limit` stop the provider, others fail the row. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly error: RowError;

  constructor(error: RowError) {
    super(error.message);
    this.error = error;
  }
}
