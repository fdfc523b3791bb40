import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { parse } from 'dotenv';

/** A file of settings as it was found. */
export interface EnvFile {
  readonly path: string;
  readonly texts: Readonly<Record<string, string | undefined>>;
  /** Whether others than its owner may read or write it. */
  readonly isExposed: boolean;
}

/** Reads a `.env` file; null when there is none. */
export function readEnvFile(path: string): EnvFile | null {
  if (!existsSync(path)) return null;
  // One handle for both: what is looked at is what is read.
  const handle = openSync(path, 'r');
  try {
    return { path, isExposed: isExposed(fstatSync(handle).mode), texts: parse(readFileSync(handle)) };
  } finally {
    closeSync(handle);
  }
}

/** Whether a file of this mode is open to others than its owner. Windows keeps rights elsewhere, and shows every file as open to all. */
export function isExposed(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o077) !== 0;
}
