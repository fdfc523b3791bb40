import { PondBulkError } from '../domain/errors.ts';
import { reasonOf } from './reason.ts';
import { AWAY_MS, isAway, mayHaveCommitted, some } from './retry.ts';

/** SQLite's primary codes, the low byte of an extended one. */
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

/** SQL Server: no room in a filegroup, in the log. */
const FULL_NUMBERS: ReadonlySet<unknown> = new Set([1105, 9002]);

/** Names what no statement can help: a full disk, a database that stays away. Every other error stays what it is. */
export function broken(identity: string): (error: unknown) => never {
  return (error) => {
    throw explained(error, identity) ?? error;
  };
}

function explained(cause: unknown, identity: string): PondBulkError | null {
  if (cause instanceof PondBulkError) return null;
  const reason = reasonOf(cause);
  const is = (primary: number): boolean => some(cause, ({ errcode }) => typeof errcode === 'number' && (errcode & 0xff) === primary);
  const error = (code: string, text: string): PondBulkError =>
    new PondBulkError('broken', code, `The database ${identity} ${text}`, { cause });
  if (is(SQLITE_FULL) || some(cause, ({ number }) => FULL_NUMBERS.has(number)))
    return error('DATABASE_FULL', `has no room left (${reason}). Make room, then resume`);
  if (is(SQLITE_IOERR) || is(SQLITE_READONLY))
    return error(
      'DATABASE_UNWRITABLE',
      `cannot be written to (${reason}): its disk may be full, or files may not grow further. Mend that, then resume`,
    );
  // What cannot be asked again is not waited for.
  if (isAway(cause) && mayHaveCommitted(cause)) return error('DATABASE_AWAY', `was lost (${reason}). Resume when it is there`);
  if (isAway(cause)) return error('DATABASE_AWAY', `did not come back within ${AWAY_MS / 1000} s (${reason}). Resume when it is there`);
  return null;
}
