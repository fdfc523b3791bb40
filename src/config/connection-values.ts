import type { ConnectionKey } from './connection-keys.ts';

/** The values of a connection by their keys. */
export type Given = ReadonlyMap<ConnectionKey, string>;

/** Says what is wrong with a connection; its message goes after the setting's name and never repeats a value. */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
}

/** Throws ConnectionProblem when it is neither true nor false. */
export function flagOf(given: Given, key: ConnectionKey): boolean {
  return oneOf(given, key, { true: true, yes: true, false: false, no: false }, 'true or false') ?? false;
}

/** Null when the key is not given. */
export function numberOf(given: Given, key: ConnectionKey, min: number, max: number): number | null {
  const text = given.get(key);
  if (text === undefined) return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ConnectionProblem(`has ${key} that is not a whole number from ${min} to ${max}`);
}

/** The meaning of a word, whatever its case and blanks; null when the key is not given. */
export function oneOf<T>(given: Given, key: ConnectionKey, words: Readonly<Record<string, T>>, expected: string): T | null {
  const text = given.get(key);
  if (text === undefined) return null;
  const word = text.replaceAll(/\s/g, '').toLowerCase();
  const value = Object.hasOwn(words, word) ? words[word] : undefined;
  if (value === undefined) throw new ConnectionProblem(`has ${key} that is not ${expected}`);
  return value;
}
