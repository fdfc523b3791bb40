import type { DriftReport, RowResult, RunResult } from '../domain/result.ts';
import { secondsOf } from '../domain/seconds.ts';
import { ROW_STATUSES } from '../domain/status.ts';
import { worstExitCode } from './exit-codes.ts';

/** The results of several runs as one. Their lists had columns of their own, so each row only tells its run, line and ICCID. */
export function together(command: string, results: readonly RunResult[]): RunResult {
  const [only, ...others] = results;
  if (only !== undefined && others.length === 0) return only;
  const sum = (of: (result: RunResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const counts = ROW_STATUSES.map((status) => [status, sum(({ byStatus }) => byStatus[status] ?? 0)] as const);
  async function* rows(): AsyncGenerator<RowResult> {
    for (const result of results) for await (const row of result.rows()) yield { ...row, cells: [result.run, String(row.line), row.iccid] };
  }
  return {
    run: results.map(({ run }) => run).join(', '),
    command,
    dryRun: false,
    bulkChangeIds: results.flatMap(({ bulkChangeIds }) => bulkChangeIds),
    validation: { isValid: true, validationMessage: '', errors: [] },
    columns: ['run', 'line of its list', 'iccid'],
    byStatus: Object.fromEntries(counts.filter(([, count]) => count > 0)),
    rowCount: sum(({ rowCount }) => rowCount),
    seconds: secondsOf(sum(({ seconds }) => seconds * 1000)),
    settled: sum(({ settled = 0 }) => settled),
    rows,
    exitCode: worstExitCode(results.map(({ exitCode }) => exitCode)),
    next: results.find(({ next }) => next !== null)?.next ?? null,
    files: [],
    warnings: results.flatMap(({ warnings }) => warnings),
    drift: allDrift(results),
  };
}

function allDrift(results: readonly RunResult[]): DriftReport {
  const reports = results.flatMap(({ drift }) => drift ?? []);
  return { compared: reports.reduce((total, { compared }) => total + compared, 0), rows: reports.flatMap(({ rows }) => rows) };
}
