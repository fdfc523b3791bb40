import type { RowError } from '../domain/result.ts';

/** Why the result of a row is not in the database. The journal has it, so that nothing is sent again for it. */
export function unwritten(cause: unknown): RowError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return {
    code: 'DATABASE_WRITE_FAILED',
    class: 'database',
    retryable: true,
    http: null,
    message: `The database did not take the result: ${reason}`,
    hint: 'pond-bulk resume writes it',
  };
}
