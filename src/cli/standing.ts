import type { RunResult, ValidationAnswer } from '../domain/result.ts';
import { commandOf, rollbackOf } from '../domain/rollback-of.ts';
import { secondsOf } from '../domain/seconds.ts';
import type { RunInfo } from '../domain/run-store.ts';
import { RefusedRows, refusedRowsOf } from '../run/refused-rows.ts';
import type { RunReader } from '../run/run-store.ts';
import { countsOf } from '../run/work.ts';
import { exitCodeOfRun } from './exit-codes.ts';
import { nextCommand } from './next-command.ts';

/** How the next command is to name what this one did. */
export interface Named {
  /** What the operator named: a run or a bulk change. */
  readonly id: string;
  /** Options that the next command needs too. */
  readonly suffix: string;
}

/** How the rows of a run stand, without anything being done about them. */
export async function standing(run: RunInfo, store: Pick<RunReader, 'results'>, { id, suffix }: Named): Promise<RunResult> {
  const byStatus = countsOf(run.bulkChanges);
  const ids = run.bulkChanges.map((each) => each.id);
  const { validation, providerRefused } = await refusedBefore(run, store);
  // The others of a provider that let nobody in are still to do.
  const wasStopped = run.exitCode === 4 && (byStatus.NOT_STARTED ?? 0) > 0;
  return {
    run: run.id,
    command: commandOf(run),
    rollbackOf: rollbackOf(run),
    dryRun: false,
    bulkChangeIds: ids,
    validation,
    columns: run.columns,
    byStatus,
    rowCount: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    seconds: run.finishedAt === null ? 0 : secondsBetween(run.startedAt, run.finishedAt),
    rows: () => store.results(ids),
    exitCode: exitCodeOfRun({ byStatus, dryRun: false, credentials: providerRefused || wasStopped, limit: false, signal: null }),
    next: nextCommand(id, byStatus, suffix),
    files: [],
    warnings: run.warnings,
  };
}

/** What its validation said, as its refused rows tell. */
export async function refusedBefore(
  { bulkChanges }: RunInfo,
  store: Pick<RunReader, 'results'>,
): Promise<{ readonly validation: ValidationAnswer; readonly providerRefused: boolean }> {
  const { REJECTED = 0, STALE = 0 } = countsOf(bulkChanges);
  const refused = REJECTED + STALE === 0 ? new RefusedRows() : await refusedRowsOf(store.results(bulkChanges.map(({ id }) => id)));
  return { validation: refused.answer(), providerRefused: refused.providerRefused };
}

function secondsBetween(from: string, to: string): number {
  return secondsOf(Date.parse(`${to.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`));
}
