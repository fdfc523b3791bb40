import type { RunResult, ValidationAnswer } from '../../domain/result.ts';
import { commandOf, rollbackOf } from '../../domain/rollback-of.ts';
import type { RunInfo, StatusCounts } from '../../domain/run-store.ts';
import type { RowStatus } from '../../domain/status.ts';
import { secondsOf } from '../../domain/seconds.ts';
import type { WaveOptions } from '../../run/engine-options.ts';
import { onlySettle } from '../../run/only-settle.ts';
import { countsOf, work } from '../../run/work.ts';
import type { Care } from '../care.ts';
import type { Context, WriteSession } from '../context.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { holdOn } from '../hold.ts';
import { letGoAfter } from '../interruption.ts';
import type { Live } from '../live.ts';
import { nextCommand } from '../next-command.ts';
import { reopen, type Again } from '../reopen.ts';

/** What is worked on, and how. */
export interface WorkOn {
  /** How carefully; its waves are those of `run`. */
  readonly care: Care;
  /** The run with those of its bulk changes that are to be worked on. */
  readonly run: RunInfo;
  /** LogEntryDescription of a row that fails before its first step. */
  readonly preflight: string;
  /** What the operator named: a run or a bulk change. */
  readonly id: string;
  /** Options that the next command needs too. */
  readonly suffix: string;
  readonly validation: ValidationAnswer;
  /** A provider was refused whole before anything was sent. */
  readonly providerRefused: boolean;
  /** Rows that are done again: they get a new attempt once the bulk changes are held. */
  readonly again?: Again | null;
  /** What was begun before is left as it is. */
  readonly leavesBegun?: boolean;
  /** What was begun is settled; nothing is begun and nothing is sent. */
  readonly onlySettle?: boolean;
}

/** Works on the open rows of a saved run and tells how all its rows stand. */
export async function workOn(context: Context, session: WriteSession, live: Live, options: WorkOn): Promise<RunResult> {
  const { clock, host, interruption, terminal } = context;
  const { store, systems, config } = session;
  const { run, care, again = null } = options;
  const { bulkChanges } = run;
  const ids = bulkChanges.map(({ id }) => id);
  const before = countsOf(bulkChanges);
  const rowCount = Object.values(before).reduce((sum, count) => sum + count, 0);
  const open = openOf(before, again?.statuses);
  live.begin(run.id, rowCount, rowCount - open);
  live.emit({
    type: 'run.start',
    command: commandOf(run),
    dryRun: false,
    rows: rowCount,
    bulkChangeIds: ids,
    operator: run.operator,
    environment: run.environment,
  });
  const startedAt = clock.now();
  const byProvider = new Map(bulkChanges.map((each) => [each.providerId, each]));
  const providerOf = (providerId: number) => {
    const found = byProvider.get(providerId);
    if (found === undefined) throw new Error(`Service provider ${providerId} is not part of run ${run.id}`);
    return found;
  };
  const readPlan: WaveOptions['readPlan'] = (change, signal) =>
    systems.readPlan(change, providerOf(change.device.providerId).integration, signal);
  const resume = `pond-bulk resume ${options.id} --yes${options.suffix}`;
  const done = new AbortController();
  const warn = (message: string): void => live.emit({ type: 'warning', message });
  const { exitCode, byStatus } = await work(run.id, bulkChanges, {
    store,
    clock,
    emit: live.emit,
    perform: (change) =>
      systems.perform(change, { id: change.device.providerId, integration: providerOf(change.device.providerId).integration }),
    preflight: options.preflight,
    pageSize: config.pageSize,
    settleMs: config.settleSeconds * 1000,
    inProgress: (providerId) => systems.inProgress(providerOf(providerId)),
    deadlineMs: (providerId) => systems.deadlineMs(providerOf(providerId)),
    gates: care.gates,
    waves: care.waves === null ? null : { waves: care.waves, readPlan, hold: care.hold ? holdOn(terminal, live, resume) : null },
    fence: session.fence,
    leased: async (held) => {
      await held.keepOptions(run.id, { ...run.options, care });
      if (again !== null) for (const each of bulkChanges) await reopen({ store: held, systems }, each, live, { ...again, clock });
    },
    leavesBegun: options.leavesBegun ?? false,
    ...(options.onlySettle === true ? onlySettle({ store }) : {}),
    leasing: {
      holder: { runId: run.id, host: host.name, pid: host.pid },
      isAlive: host.isAlive,
      warn,
    },
    drain: interruption.drain,
    abort: letGoAfter(config.drainSeconds * 1000, interruption, clock, done.signal, warn),
    exitCodeOf: (counts, stops) =>
      exitCodeOfRun({
        byStatus: counts,
        dryRun: false,
        credentials: options.providerRefused || stops.auth,
        limit: stops.limit,
        signal: interruption.signal(),
      }),
  }).finally(() => done.abort());
  return {
    run: run.id,
    command: commandOf(run),
    rollbackOf: rollbackOf(run),
    dryRun: false,
    bulkChangeIds: ids,
    validation: options.validation,
    columns: run.columns,
    byStatus,
    rowCount,
    seconds: secondsOf(clock.now() - startedAt),
    settled: Math.max(0, open - openOf(byStatus)),
    rows: () => store.results(ids),
    exitCode,
    next: nextCommand(options.id, byStatus, options.suffix),
    files: [],
    warnings: run.warnings,
  };
}

/** Rows that have not come to their end. */
function openOf(counts: StatusCounts, others: readonly RowStatus[] = []): number {
  return (['NOT_STARTED', 'UNKNOWN', 'ACCEPTED', ...others] as const).reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}
