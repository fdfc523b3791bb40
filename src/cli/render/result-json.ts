import type { RowResult, RunResult } from '../../domain/result.ts';

/** One JSON document, written piece by piece: a million rows never stand in memory. */
export async function* renderJson(result: RunResult): AsyncGenerator<string> {
  const head = JSON.stringify({
    run: result.run,
    command: result.command,
    dryRun: result.dryRun,
    bulkChangeIds: result.bulkChangeIds,
    validation: result.validation,
    summary: summaryOf(result),
  });
  yield `${head.slice(0, -1)},"rows":[`;
  let separator = '\n';
  for await (const row of result.rows()) {
    yield `${separator}${JSON.stringify(rowObject(row))}`;
    separator = ',\n';
  }
  const { exitCode, next, drift } = result;
  yield `\n],${JSON.stringify({ ...(drift === undefined ? {} : { drift }), exitCode, next }).slice(1)}\n`;
}

/** A row without the cells of the list: they are in results.csv. */
export function rowObject({ cells: _cells, ...row }: RowResult): Omit<RowResult, 'cells'> {
  return row;
}

/** What summary.json and the `summary` of `--output json` say. */
export function summaryOf({ rowCount, byStatus, seconds }: RunResult): {
  readonly rows: number;
  readonly byStatus: RunResult['byStatus'];
  readonly seconds: number;
} {
  return { rows: rowCount, byStatus, seconds };
}
