import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { PondBulkError } from '../domain/errors.ts';
import { fileProblem } from '../domain/file-problem.ts';
import type { RunResult } from '../domain/result.ts';
import { renderCsv, renderFailedCsv } from './render/result-csv.ts';
import { summaryOf } from './render/result-json.ts';

/** Where `--results` files go. */
export interface ResultsFolder {
  /** The files that `write` makes. */
  readonly files: readonly string[];
  write(result: RunResult): Promise<void>;
}

/** Makes the folder and tries to write into it, before anything is sent. Rejects with PondBulkError (config). */
export async function openResultsFolder(path: string): Promise<ResultsFolder> {
  const folder = resolve(path);
  const probe = join(folder, `.pond-bulk-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  } catch (cause) {
    throw new PondBulkError('config', 'RESULTS_UNWRITABLE', `The results folder ${path} cannot be written to: ${fileProblem(cause)}`, {
      cause,
    });
  }
  const [results, failed, summary] = ['results.csv', 'failed.csv', 'summary.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  return {
    files: [results, failed, summary],
    write: async (result) => {
      const { run, command, dryRun, bulkChangeIds, validation, exitCode, next } = result;
      const document = { run, command, dryRun, bulkChangeIds, validation, summary: summaryOf(result), exitCode, next };
      try {
        await writeWhole(results, renderCsv(result));
        await writeWhole(failed, renderFailedCsv(result));
        await writeWhole(summary, [`${JSON.stringify(document, null, 2)}\n`]);
      } catch (error) {
        throw isOfFiles(error) ? unwritten(path, result, error) : error;
      }
    },
  };
}

/** The system calls of files name themselves; what the rows are read from does not. */
function isOfFiles(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function unwritten(path: string, { run, dryRun }: RunResult, cause: Error): PondBulkError {
  const then =
    dryRun || run === '' ? 'nothing was changed' : `the run is recorded: pond-bulk status ${run} --results DIR writes them again`;
  return new PondBulkError('broken', 'RESULTS_UNWRITTEN', `The files in ${path} could not be written (${cause.message}); ${then}`, {
    cause,
  });
}

/** Under another name first, one of its own for each process: a file that is there is whole, after a power cut too. */
async function writeWhole(path: string, parts: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await pipeline(Readable.from(parts), createWriteStream(partial, { flush: true }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
