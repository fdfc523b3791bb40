import { DatabaseSync } from 'node:sqlite';

/** A lock between processes of one machine. */
export interface ProcessLock {
  release(): void;
}

/** SQLite's code of a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/**
 * Takes a lock that the operating system gives back when its holder dies, however it dies; null while another process has it.
 * A lock file could not tell a dead holder from a slow one. Throws when the file cannot be made.
 */
export function takeProcessLock(file: string): ProcessLock | null {
  const handle = new DatabaseSync(file);
  try {
    handle.exec('BEGIN EXCLUSIVE');
    return { release: () => handle.close() };
  } catch (error) {
    handle.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
}
