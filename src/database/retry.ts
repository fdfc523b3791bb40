import { systemClock, type Clock } from '../domain/clock.ts';

/** Errors after which the same statement may succeed (contracts/database.md, "transient errors"; SQL Server and Azure SQL). */
const TRANSIENT_NUMBERS: ReadonlySet<number> = new Set([
  64, 233, 1205, 1222, 3960, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920,
]);

/** Of those, the ones where the connection went away: nobody knows whether the statement was committed. */
const LOST_NUMBERS: ReadonlySet<number> = new Set([64, 233, 10053, 10054, 10060, 40197]);

/** tedious names dropped sockets by code. ETIMEOUT is not here: the statement may still be running. */
const LOST_CODES: ReadonlySet<string> = new Set(['ESOCKET', 'ECONNRESET', 'ECONNCLOSED', 'EPIPE']);

/** SQLITE_BUSY and its extended codes, which hold it in their low byte. */
const SQLITE_BUSY = 5;

interface DriverError {
  readonly number?: unknown;
  readonly code?: unknown;
  readonly errcode?: unknown;
}

/** Whether the error passes by itself, so that another try is worth it. Says nothing about whether one is safe. */
export function isTransient(error: unknown): boolean {
  return some(
    error,
    ({ number, code, errcode }) =>
      (typeof number === 'number' && TRANSIENT_NUMBERS.has(number)) ||
      (typeof code === 'string' && LOST_CODES.has(code)) ||
      (typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY),
  );
}

/** Whether the statement may have been committed although it failed: then only an idempotent one is tried again. */
export function mayHaveCommitted(error: unknown): boolean {
  return some(
    error,
    ({ number, code }) =>
      (typeof number === 'number' && LOST_NUMBERS.has(number)) ||
      (typeof code === 'string' && (LOST_CODES.has(code) || code === 'ETIMEOUT')),
  );
}

export interface RetryOptions {
  /** Repeating it leaves the same state (a read, or an idempotent write): lost answers are tried again too. */
  readonly idempotent: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

const ATTEMPTS = 3;
const FIRST_WAIT_MS = 100;

/** Does `work` up to three times while its errors are transient and another try is safe. */
export async function withRetries<T>(work: () => Promise<T>, { idempotent, signal, clock = systemClock }: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const safe = idempotent || !mayHaveCommitted(error);
      if (attempt === ATTEMPTS || !safe || !isTransient(error)) throw error;
      await clock.sleep(FIRST_WAIT_MS * 4 ** (attempt - 1) * (0.5 + clock.random()), signal);
    }
  }
}

/** Drivers wrap each other's errors: the number may be in the error, in `originalError` or in `cause`. */
function some(error: unknown, test: (error: DriverError) => boolean): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
    if (test(current)) return true;
    current = 'originalError' in current ? current.originalError : 'cause' in current ? current.cause : null;
  }
  return false;
}
