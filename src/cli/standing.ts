import type { RunResult } from '../domain/result.ts';
import { secondsOf } from '../domain/seconds.ts';
import type { RunInfo } from '../domain/run-store.ts';
import type { RunReader } from '../run/run-store.ts';
import { countsOf } from '../run/work.ts';
import { exitCodeOfRun } from './exit-codes.ts';
import { nextCommand } from './next-command.ts';

export interface Named {
  /** What the operator named: a run or a bulk change. */
  readonly id: string;
  /** Options that the next command needs too. */
  readonly suffix: string;
}

/** How the rows of a run stand, without anything being done about them. */
export function standing(run: RunInfo, store: Pick<RunReader, 'results'>, { id, suffix }: Named): RunResult {
  const byStatus = countsOf(run.bulkChanges);
  const ids = run.bulkChanges.map((each) => each.id);
  return {
    run: run.id,
    command: run.command,
    dryRun: false,
    bulkChangeIds: ids,
    validation: { isValid: true, validationMessage: '', errors: [] },
    columns: run.columns,
    byStatus,
    rowCount: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    seconds: run.finishedAt === null ? 0 : secondsBetween(run.startedAt, run.finishedAt),
    rows: () => store.results(ids),
    exitCode: exitCodeOfRun({ byStatus, dryRun: false, credentials: false, limit: false, signal: null }),
    next: nextCommand(id, byStatus, suffix),
    files: [],
    warnings: run.warnings,
  };
}

function secondsBetween(from: string, to: string): number {
  return secondsOf(Date.parse(`${to.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`));
}
