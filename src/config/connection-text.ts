/** One key of a connection, as it is written: `raw` is the value with its quotes or %XX, `value` what it means. */
export interface Part {
  readonly key: string;
  readonly value: string;
  readonly raw: string;
  /** `{…}` without other quotes: ODBC and mssql take the braces for quotes, .NET for a part of the value. */
  readonly inBraces: boolean;
}

const SCHEME = 'mssql://';

/** `key = value;`, a value in " or ' where it has a semicolon; a quote inside is doubled. The rules of .NET. */
const PAIR = /\s*([^=;]+?)\s*=\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|((?!["'])[^;]*?))\s*(?:;|$)/y;

/** Semicolons and blanks that mean nothing. */
const NOTHING = /[\s;]*/y;

/** Whether the text is meant as `Server=…;Database=…` rather than as a URL. */
export function isConnectionString(text: string): boolean {
  return /^[A-Za-z][A-Za-z _]*=/.test(text);
}

/** The parts of `mssql://…` or of a connection string, in their order; null where its form is wrong. Keys without a value are left out. */
export function connectionParts(text: string): readonly Part[] | null {
  const parts = isConnectionString(text) ? pairsOf(text) : urlParts(text);
  return parts?.filter(({ value }) => value !== '') ?? null;
}

/**
 * Not mssql's own parser: that takes `Password=;Encrypt=false` for a password, drops a key without a value, and lets the last of
 * two win. Here such a text is no connection string.
 */
function pairsOf(text: string): readonly Part[] | null {
  const parts: Part[] = [];
  let at = after(NOTHING, text, 0);
  while (at < text.length) {
    PAIR.lastIndex = at;
    const [, key, double, single, plain] = PAIR.exec(text) ?? [];
    if (key === undefined) return null;
    const raw = double ?? single ?? plain ?? '';
    const value = double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? raw;
    parts.push({ key, value, raw, inBraces: plain !== undefined && /^\{.*\}$/s.test(plain) });
    at = after(NOTHING, text, PAIR.lastIndex);
  }
  return parts;
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}

/** A password with a bare `/`, `?`, `#` or `%` is cut elsewhere: then a part is not where it belongs, and it is no URL of ours. */
function urlParts(text: string): readonly Part[] | null {
  const url = text.startsWith(SCHEME) ? URL.parse(text) : null;
  if (url === null || url.hostname === '' || url.hash !== '' || `${url.pathname}${url.search}`.includes('@')) return null;
  const raw: (readonly [string, string])[] = [
    ['server', `${url.hostname.replace(/^\[(.*)\]$/, '$1')}${url.port === '' ? '' : `,${url.port}`}`],
    ['database', url.pathname.slice(1)],
    ['user', url.username],
    ['password', url.password],
    // Not searchParams: it makes a blank of each + in a secret.
    ...queryOf(url.search),
  ];
  const parts = raw.map(([key, given]) => ({ key: decoded(key) ?? '', raw: given, value: decoded(given), inBraces: false }));
  return parts.every((part): part is Part => part.value !== null) ? parts : null;
}

function queryOf(search: string): readonly (readonly [string, string])[] {
  const pairs = search.slice(1).split('&');
  return pairs.filter((pair) => pair !== '').map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
