import { secrecyOf } from './connection-keys.ts';
import { connectionParts, isConnectionString } from './connection-text.ts';

/** What of a setting is secret: everything, passwords and client secrets of a connection, or nothing. */
export type Secret = 'everything' | 'connection' | null;

/** What stands for a secret. */
export const MASK = '********';

/** User and password between `//` and the last `@` before the path: the raw text, since a parsed URL spells them differently. */
const USER_AND_PASSWORD = /^([^/?#]*:\/\/)([^/?#]*)@/;

/** A setting's text as it may be shown. */
export function shown(text: string, secret: Secret): string {
  if (secret === 'everything') return MASK;
  if (secret === null) return withoutCredentials(text);
  return isConnectionString(text) ? shownPairs(text) : shownUrl(text);
}

function shownPairs(text: string): string {
  const parts = connectionParts(text);
  if (parts === null || parts.some(({ key }) => secrecyOf(key) === 'unknown')) return MASK;
  return parts.map(({ key, raw }) => `${key}=${secrecyOf(key) === 'open' ? raw : MASK}`).join(';');
}

function shownUrl(text: string): string {
  const [whole = '', scheme = '', login = ''] = USER_AND_PASSWORD.exec(text) ?? [];
  const user = login.split(':', 1)[0] ?? '';
  const rest = text
    .slice(whole.length)
    .replaceAll(/([?&])([^=&]*)=([^&]*)/g, (pair, mark: string, key: string) =>
      secrecyOf(key) === 'open' ? pair : `${mark}${key}=${MASK}`,
    );
  return whole === '' ? rest : `${scheme}${user}${login === user ? '' : `:${MASK}`}@${rest}`;
}

/** A base URL that is refused may hold what is refused: a login, or a token in its query. */
function withoutCredentials(text: string): string {
  return text.replace(/^(https?:\/\/)[^/?#]*@/i, `$1${MASK}@`).replace(/^(https?:\/\/[^?#]*[?#]).*$/is, `$1${MASK}`);
}

/** What to remove from texts before they are kept or shown; a password in each spelling. */
export function secretsIn(text: string, secret: Secret): readonly string[] {
  if (secret === null) return [];
  if (secret === 'everything') return [text];
  const login = USER_AND_PASSWORD.exec(text)?.[2] ?? '';
  const typed = login.includes(':') ? login.slice(login.indexOf(':') + 1) : '';
  const parts = (connectionParts(text) ?? []).filter(({ key }) => secrecyOf(key) !== 'open');
  return [...new Set([typed, ...parts.flatMap(({ raw, value }) => [raw, value])])].filter((spelling) => spelling !== '');
}
