import type { ConnectionSettings } from '../config/connection.ts';
import type { Login } from '../config/connection-login.ts';
import { PondBulkError } from '../domain/errors.ts';
import { loginName, mssqlIdentity } from './mssql-settings.ts';

/** "Login failed" and "cannot open database requested by the login". */
const LOGIN_REFUSED: ReadonlySet<unknown> = new Set([18456, 18452, 4060]);

/** tedious' names for the same; EFEDAUTH: Azure gave no token. */
const LOGIN_CODES: ReadonlySet<unknown> = new Set(['ELOGIN', 'EFEDAUTH']);

/** What the driver says about a failed connect, without anything of the settings but server, database and user. */
export function unreachable(cause: unknown, settings: ConnectionSettings): PondBulkError {
  const where = mssqlIdentity(settings);
  const reasons = reasonsOf(cause);
  const reason = withoutSecret(reasons.map(({ message }) => message).join(': '), settings.login);
  if (reasons.some(({ number, code }) => LOGIN_REFUSED.has(number) || LOGIN_CODES.has(code))) {
    return new PondBulkError(
      'credentials',
      'DATABASE_LOGIN_REFUSED',
      `The database server ${where} refused the login of ${loginName(settings.login)} (${reason}). Check it and the database in DATABASE_URL`,
      { cause },
    );
  }
  return new PondBulkError('config', 'DATABASE_UNREACHABLE', `The database ${where} cannot be reached: ${reason}`, { cause });
}

interface Reason {
  readonly message: string;
  readonly number?: unknown;
  readonly code?: unknown;
}

/** tedious puts what Azure says beside its own error, and what several addresses say. */
function reasonsOf(cause: unknown): readonly Reason[] {
  if (cause instanceof AggregateError) return cause.errors.flatMap(reasonsOf);
  return cause instanceof Error ? [cause] : [{ message: String(cause) }];
}

function withoutSecret(text: string, login: Login): string {
  const secret = 'password' in login ? login.password : 'clientSecret' in login ? login.clientSecret : '';
  return secret === '' ? text : text.replaceAll(secret, '***');
}
