import type { RunResult } from '../domain/result.ts';
import { renderCsv } from './render/result-csv.ts';
import { renderJson } from './render/result-json.ts';
import { renderTable } from './render/result-table.ts';
import type { Context } from './context.ts';
import type { ResultsFolder } from './results-folder.ts';
import type { Terminal } from './terminal.ts';

/** Forms of the result on stdout. */
export const OUTPUTS = ['table', 'json', 'jsonl', 'csv'] as const;

export type Output = (typeof OUTPUTS)[number];

/**
 * Writes the files of a result, prints it, and says how it ended. Files that cannot be written keep nothing else from being told: then
 * it rejects with PondBulkError (broken) at its end.
 */
export async function publish(
  result: RunResult,
  { terminal, exit }: Pick<Context, 'terminal' | 'exit'>,
  output: Output,
  folder: ResultsFolder | null,
): Promise<void> {
  const files = folder?.files ?? [];
  const unwritten = await folder?.write({ ...result, files: [...result.files, ...files] }).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  await report(unwritten == null ? { ...result, files: [...result.files, ...files] } : result, output, terminal);
  exit(result.exitCode);
  if (unwritten != null) throw unwritten.error;
}

/** Prints the result of a run. With jsonl everything was said while it ran. */
async function report(result: RunResult, output: Output, terminal: Terminal): Promise<void> {
  switch (output) {
    case 'table':
      return terminal.out(await renderTable(result, terminal));
    case 'json':
      return print(renderJson(result), terminal);
    case 'csv':
      return print(renderCsv(result), terminal);
    case 'jsonl':
      return;
    default:
      output satisfies never;
  }
}

async function print(parts: AsyncIterable<string>, terminal: Terminal): Promise<void> {
  for await (const part of parts) await terminal.out(part);
}
