import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { isExposed } from '../config/env-file.ts';
import { failure, warning, well, type Check } from './check.ts';

/** What is asked of the file system. */
export interface Files {
  /** Bytes that this user may still write; null where nobody knows. */
  freeBytes(folder: string): Promise<number | null>;
  mayWrite(path: string): Promise<boolean>;
  /** Whether others than the owner may read it; false where there is no such file. */
  othersMayRead(path: string): Promise<boolean>;
}

/** What is looked at on the disks. */
export interface FilePaths {
  /** Where the command was started: `.env` is read there, and relative folders of --results begin there. */
  readonly folder: string;
  readonly temporary: string;
  readonly envFile: string;
  /** A SQLite database; null when it is on a server. */
  readonly database: string | null;
}

const MIB = 1024 * 1024;
/** A list of a million lines, its results and SQLite's log of them take some hundreds of MiB. */
const LITTLE_BYTES = 1024 * MIB;
const TOO_LITTLE_BYTES = 100 * MIB;

/** The file system itself. */
export const realFiles: Files = {
  freeBytes: async (folder) => {
    const found = await statfs(folder).catch(() => null);
    return found === null ? null : found.bavail * found.bsize;
  },
  mayWrite: (path) =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    ),
  othersMayRead: (path) =>
    stat(path).then(
      ({ mode }) => isExposed(mode),
      () => false,
    ),
};

/** Room on the disks, and whether the files that are written may be written. */
export async function checkFiles({ folder, temporary, envFile, database }: FilePaths, files: Files): Promise<readonly Check[]> {
  const folders = new Set([folder, temporary, ...(database === null ? [] : [dirname(database)])]);
  const rooms = await Promise.all([...folders].map((each) => checkRoom(each, files)));
  return [
    ...rooms.flat(),
    ...(database === null ? [] : [await checkDatabaseFile(database, files)]),
    ...((await files.mayWrite(folder)) ? [] : [warning('Files', `${folder} cannot be written`, 'give --results a folder elsewhere')]),
    ...((await files.othersMayRead(envFile))
      ? [warning('Files', `${envFile} can be read by others`, `it holds passwords: chmod 600 ${envFile}`)]
      : []),
  ];
}

/** SQLite makes files beside its own. */
async function checkDatabaseFile(database: string, files: Files): Promise<Check> {
  for (const path of [dirname(database), database]) {
    if (!(await files.mayWrite(path)))
      return failure('Files', `${path} is not there, or cannot be written`, 'give this user the right to write it');
  }
  return well('Files', `${database} can be written`);
}

async function checkRoom(folder: string, files: Files): Promise<readonly Check[]> {
  const free = await files.freeBytes(folder);
  if (free === null) return [];
  const found = `${Math.floor(free / MIB).toLocaleString('en')} MiB free for ${folder}`;
  if (free < TOO_LITTLE_BYTES) return [failure('Disk', found, 'make room: results and SQLite files would be cut off')];
  return [free < LITTLE_BYTES ? warning('Disk', found, 'make room before a list of a million lines') : well('Disk', found)];
}
