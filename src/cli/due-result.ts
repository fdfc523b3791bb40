import type { RowResult, RunResult } from '../domain/result.ts';
import type { RunRecord, StatusCounts } from '../domain/run-store.ts';
import { exitCodeOfRun, type StopSignal } from './exit-codes.ts';

type Ended = Pick<RunResult, 'dryRun' | 'seconds' | 'files' | 'next'> & { readonly signal: StopSignal | null };

/** The result of run-due. */
export function dueResult(run: RunRecord, rows: readonly RowResult[], { signal, ...ended }: Ended): RunResult {
  const byStatus: StatusCounts = Object.fromEntries(
    [...Map.groupBy(rows, ({ status }) => status)].map(([status, mine]) => [status, mine.length]),
  );
  const errors = rows.filter(({ status }) => status === 'REJECTED').map(({ message }) => message);
  const credentials = rows.some(({ error }) => error?.code === 'WRITES_DISABLED');
  // oxlint-disable-next-line typescript/require-await -- results are read as they come
  async function* each(): AsyncGenerator<RowResult> {
    yield* rows;
  }
  return {
    ...ended,
    run: run.id,
    command: run.command,
    bulkChangeIds: [...new Set(rows.flatMap(({ bulkChangeId }) => bulkChangeId ?? []))],
    validation: {
      isValid: errors.length === 0,
      validationMessage: errors.length === 0 ? '' : 'One or more devices have validation errors',
      errors,
    },
    columns: run.columns,
    byStatus,
    rowCount: rows.length,
    rows: each,
    exitCode: exitCodeOfRun({ byStatus, dryRun: ended.dryRun, credentials, limit: false, signal }),
    warnings: run.warnings,
  };
}
