import { z } from 'zod';

/** Above it a wait of Node (setTimeout, 2^31 ms) would end at once. */
const A_WEEK_SECONDS = 7 * 24 * 60 * 60;

export function wholeNumber(min: number, max: number) {
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

function numberUpTo(max: number, expected: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, expected)
    .transform(Number)
    .refine((value) => value > 0 && value <= max, expected);
}

export const text = z.string().min(1);
export const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((value) => value === '1');
export const seconds = numberUpTo(A_WEEK_SECONDS, `must be a number above 0, at most ${A_WEEK_SECONDS}`);
export const perSecond = numberUpTo(1_000_000, 'must be a number above 0, at most 1000000');

/** Paths are added to it, and it is shown: neither a query nor a password may be in it. */
export const baseUrl = z.string().refine((value) => {
  const url = /^https?:\/\/[^/]/i.test(value) ? URL.parse(value) : null;
  return url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}, 'must be an http(s) URL without user, password and query, e.g. https://host/path');

export const databaseUrl = z
  .string()
  .refine(
    (value) => (value.startsWith('sqlite:') ? value.length > 'sqlite:'.length : isMssqlUrl(value)),
    'must be mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false with special characters as %XX, or sqlite:FILE',
  );

/** Whether each part of the URL is where it belongs. A password with a bare `/`, `?`, `#` or `%` is cut elsewhere, and would be shown or refused later. */
function isMssqlUrl(value: string): boolean {
  const url = value.startsWith('mssql://') ? URL.parse(value) : null;
  if (url === null || url.username === '' || url.hostname === '' || url.pathname.length < 2 || url.hash !== '') return false;
  return (
    !`${url.pathname}${url.search}`.includes('@') &&
    [url.username, url.password, url.pathname].every(isDecodable) &&
    [...url.searchParams].every(
      ([name, given]) => ['encrypt', 'trustServerCertificate'].includes(name) && ['true', 'false'].includes(given),
    )
  );
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
