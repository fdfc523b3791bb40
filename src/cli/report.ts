import type { RunResult } from '../domain/result.ts';
import { renderCsv } from './render/result-csv.ts';
import { renderJson } from './render/result-json.ts';
import { renderTable } from './render/result-table.ts';
import type { Terminal } from './terminal.ts';

export const OUTPUTS = ['table', 'json', 'jsonl', 'csv'] as const;

export type Output = (typeof OUTPUTS)[number];

/** Prints the result of a run. With jsonl everything was said while it ran. */
export async function report(result: RunResult, output: Output, terminal: Terminal): Promise<void> {
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
