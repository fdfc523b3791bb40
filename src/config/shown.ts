/** What of a setting is secret: everything, the password of a URL, or nothing. */
export type Secret = 'everything' | 'url-password' | null;

const MASK = '********';

/** User and password between `//` and the last `@` before the path: the raw text, since a parsed URL spells them differently. */
const USER_AND_PASSWORD = /^([^/?#]*:\/\/)([^/?#]*)@/;

/** A setting's text as it may be shown. */
export function shown(text: string, secret: Secret): string {
  if (secret === 'everything') return MASK;
  if (secret === null) return withoutCredentials(text);
  const [whole, scheme, login] = USER_AND_PASSWORD.exec(text) ?? [];
  if (whole === undefined || scheme === undefined || login === undefined) return text;
  const user = login.split(':', 1)[0] ?? '';
  return `${scheme}${user}${login === user ? '' : `:${MASK}`}@${text.slice(whole.length)}`;
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
  const password = URL.parse(text)?.password ?? '';
  const raw = login.includes(':') ? login.slice(login.indexOf(':') + 1) : '';
  return [...new Set([raw, password, decodeURIComponent(password)])].filter((spelling) => spelling !== '');
}
