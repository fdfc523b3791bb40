import { ASSIGNMENT_PREFLIGHT } from '../changes/assign-customer.ts';
import { PLAN_PREFLIGHT } from '../domain/carrier-plan-effects.ts';
import type { Emit } from '../domain/event.ts';
import type { Drift, RunResult } from '../domain/result.ts';
import { commandOf } from '../domain/rollback-of.ts';
import type { RunInfo } from '../domain/run-store.ts';
import { findDrift } from '../run/find-drift.ts';
import { countsOf } from '../run/work.ts';
import { careOf, keptCare } from './care.ts';
import type { ReconcileFlags } from './commands/reconcile.ts';
import { workOn } from './commands/work-on.ts';
import type { Context, WriteSession } from './context.ts';
import { exitCodeOfDrift, worstExitCode, SIGNAL_EXIT_CODES } from './exit-codes.ts';
import { createLive, type Live } from './live.ts';
import { quoted, sandboxSuffix } from './next-command.ts';
import { refusedBefore, standing } from './standing.ts';
import { today } from './today.ts';

export interface ReconcileOptions {
  readonly flags: ReconcileFlags;
  /** What the next command should name. */
  readonly id: string;
  /** Whom the session tells of throttling from now on. */
  readonly listen: (emit: Emit) => void;
}

/** Settles what is in doubt in a run, then compares its finished rows with carriers and database. Rejects with PondBulkError (locked) when somebody is at work on it. */
export async function reconcileRun(
  context: Context,
  session: WriteSession,
  run: RunInfo,
  { flags, id, listen }: ReconcileOptions,
): Promise<RunResult> {
  const live = createLive(flags.output, context.terminal, context.clock.now);
  listen(live.emit);
  try {
    const settled = await settle(context, session, live, run, { id, suffix: sandboxSuffix(flags) });
    const { compared, rows, isRefused } = await drift(context, session, run, flags);
    for (const row of rows) live.emit({ type: 'row.drift', ...row });
    const signal = context.interruption.signal();
    const stopped = signal === null ? [] : [SIGNAL_EXIT_CODES[signal]];
    const fixable = rows.some(({ fix }) => fix === 'safe');
    const result = {
      ...settled,
      drift: { compared, rows },
      exitCode: worstExitCode([settled.exitCode, exitCodeOfDrift(rows, isRefused), ...stopped]),
      next: settled.next ?? (fixable ? `pond-bulk reconcile ${quoted(id)} --fix --yes${sandboxSuffix(flags)}` : null),
    };
    await live.end(result);
    return result;
  } finally {
    live.stop();
  }
}

async function settle(
  context: Context,
  session: WriteSession,
  live: Live,
  run: RunInfo,
  named: { readonly id: string; readonly suffix: string },
): Promise<RunResult> {
  const { UNKNOWN = 0, ACCEPTED = 0 } = countsOf(run.bulkChanges);
  if (UNKNOWN + ACCEPTED > 0) {
    return workOn(context, session, live, {
      run,
      care: careOf({}, keptCare(run.options)),
      ...named,
      preflight: run.command === 'assign-customer' ? ASSIGNMENT_PREFLIGHT : PLAN_PREFLIGHT,
      ...(await refusedBefore(run, session.store)),
      onlySettle: true,
    });
  }
  const result = await standing(run, session.store, named);
  live.begin(run.id, result.rowCount, result.rowCount);
  const { operator, environment } = run;
  live.emit({
    type: 'run.start',
    command: commandOf(run),
    dryRun: false,
    rows: result.rowCount,
    bulkChangeIds: result.bulkChangeIds,
    operator,
    environment,
  });
  return result;
}

async function drift(context: Context, { systems, reconciling, config }: WriteSession, run: RunInfo, flags: ReconcileFlags) {
  const rows: Drift[] = [];
  let compared = 0;
  let isRefused = false;
  for (const bulkChange of run.bulkChanges) {
    const found = await findDrift(bulkChange, {
      store: reconciling,
      readPlan: (change, signal) => systems.readPlan(change, bulkChange.integration, signal),
      inProgress: systems.inProgress(bulkChange),
      today: today(context.clock),
      isFixing: flags.fix === true,
      pageSize: config.pageSize,
      signal: context.interruption.drain,
    });
    rows.push(...found.rows);
    compared += found.compared;
    isRefused ||= found.stop !== null;
  }
  return { compared, rows: rows.toSorted((a, b) => a.line - b.line), isRefused };
}
