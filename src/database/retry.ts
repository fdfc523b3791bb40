import { systemClock, type Clock } from '../domain/clock.ts';

/** Errors after which the same statement may succeed (contracts/database.md, "transient errors"; SQL Server and Azure SQL). */
const TRANSIENT_NUMBERS: ReadonlySet<number> = new Set([
  64, 233, 1205, 1222, 3960, 4060, 4221, 10053, 10054, 10060, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920,
]);

/** Of those, the ones where the connection went away: nobody knows whether the statement was committed. */
const LOST_NUMBERS: ReadonlySet<number> = new Set([64, 233, 10053, 10054, 10060, 40197]);

/** Those that say that the server or the database is not there for a while. */
const AWAY_NUMBERS: ReadonlySet<number> = new Set([...LOST_NUMBERS, 4060, 4221, 40501, 40613, 49918, 49919, 49920]);

/** The drivers name dropped sockets by code. ETIMEOUT is not here: the statement may still be running. */
const LOST_CODES: ReadonlySet<string> = new Set(['ESOCKET', 'ECONNRESET', 'ECONNCLOSED', 'ECLOSE', 'EPIPE']);

/** How tedious words that there was no connection to send anything on. Its code is that of a dropped one. */
const NOT_CONNECTED = /^(Failed|Could not) (to )?connect/;

/** SQLITE_BUSY and its extended codes, which hold it in their low byte. */
const SQLITE_BUSY = 5;

interface DriverError {
  readonly number?: unknown;
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly message?: unknown;
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

/** Whether the database itself is not there, or is held by somebody: that may take a while. */
export function isAway(error: unknown): boolean {
  return some(
    error,
    ({ number, code, errcode }) =>
      (typeof number === 'number' && AWAY_NUMBERS.has(number)) ||
      (typeof code === 'string' && LOST_CODES.has(code)) ||
      (typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY),
  );
}

/** SQL Server's numbers of a key that is there already, and SQLite's extended codes of the same. */
const DUPLICATE_NUMBERS: ReadonlySet<number> = new Set([2601, 2627]);
const DUPLICATE_CODES: ReadonlySet<number> = new Set([1555, 2067]);

/** Whether a row with the same key was there, or came in the same moment. */
export function isDuplicate(error: unknown): boolean {
  return some(
    error,
    ({ number, errcode }) =>
      (typeof number === 'number' && DUPLICATE_NUMBERS.has(number)) || (typeof errcode === 'number' && DUPLICATE_CODES.has(errcode)),
  );
}

/** Whether the statement may have been committed although it failed: then only an idempotent one is tried again. */
export function mayHaveCommitted(error: unknown): boolean {
  return some(error, ({ number, code, message }) => {
    if (typeof message === 'string' && NOT_CONNECTED.test(message)) return false;
    return (
      (typeof number === 'number' && LOST_NUMBERS.has(number)) ||
      (typeof code === 'string' && (LOST_CODES.has(code) || code === 'ETIMEOUT'))
    );
  });
}

export interface RetryOptions {
  /** Repeating it leaves the same state (a read, or an idempotent write): lost answers are tried again too. */
  readonly idempotent: boolean;
  /** How long a database that is not there is waited for, beyond the three tries. */
  readonly awayMs?: number;
  /** Told once when it is waited for. */
  readonly onAway?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** A failover, or a restart of the server, takes less. */
export const AWAY_MS = 60_000;

const ATTEMPTS = 3;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** Does `work` up to three times while its errors are transient and another try is safe; for longer while the database is away. */
export async function withRetries<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { idempotent, awayMs = AWAY_MS, onAway, signal, clock = systemClock } = options;
  const startedAt = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const safe = idempotent || !mayHaveCommitted(error);
      if (!safe || !isTransient(error)) throw error;
      const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 4 ** (attempt - 1)) * (0.5 + clock.random());
      if (attempt >= ATTEMPTS) {
        if (!isAway(error) || clock.now() + waitMs - startedAt > awayMs) throw error;
        if (attempt === ATTEMPTS) onAway?.(`The database is not there; waiting for it for up to ${awayMs / 1000} s`);
      }
      await clock.sleep(waitMs, signal);
    }
  }
}

/** Appends until it is done: where an answer was lost, `isThere` tells whether it came to pass. */
export function appendWithRetries(
  append: () => Promise<void>,
  isThere: () => Promise<boolean>,
  waits: Omit<RetryOptions, 'idempotent'>,
): Promise<void> {
  let isAgain = false;
  const once = async (): Promise<void> => {
    if (isAgain && (await isThere())) return;
    isAgain = true;
    await append();
  };
  return withRetries(once, { ...waits, idempotent: true });
}

/** Drivers wrap each other's errors: the number may be in the error, in `originalError` or in `cause`. */
export function some(error: unknown, test: (error: DriverError) => boolean): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
    if (test(current)) return true;
    current = 'originalError' in current ? current.originalError : 'cause' in current ? current.cause : null;
  }
  return false;
}
