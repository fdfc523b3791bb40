import { nearest } from './nearest.ts';

/** Read by the project's tests, or by nobody. */
const NOT_OURS = /^POND_BULK_(TEST_|KILL_)/;

/**
 * Warnings about names that look like a setting and are none: a misspelt one would silently be missing.
 * `ofAccounts` are the names that may end in a service provider's id.
 */
export function misspelt(given: readonly string[], known: readonly string[], ofAccounts: readonly string[]): readonly string[] {
  return given.flatMap((name) => {
    if (known.includes(name) || NOT_OURS.test(name)) return [];
    const suffix = /_\d+$/.exec(name)?.[0] ?? '';
    const account = suffix === '' ? null : nearest(name.slice(0, -suffix.length), ofAccounts);
    const near = account === null ? nearest(name, known) : `${account}${suffix}`;
    return near === null ? [] : [`${name} is not a setting; did you mean ${near}?`];
  });
}
