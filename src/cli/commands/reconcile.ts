import type { Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import type { Emit } from '../../domain/event.ts';
import type { RunResult } from '../../domain/result.ts';
import type { RunInfo, StatusCounts } from '../../domain/run-store.ts';
import { countsOf } from '../../run/work.ts';
import { confirmGoingOn } from '../confirm.ts';
import type { Context, GlobalFlags, WriteSession } from '../context.ts';
import { requireProviderAccess } from '../operator.ts';
import { outputOption, paceOptions, resultsOption, yesOption } from '../options.ts';
import { reconcileRun } from '../reconcile-run.ts';
import { publish, type Output } from '../report.ts';
import { openResultsFolder } from '../results-folder.ts';
import { together } from '../together.ts';
import { findRun } from './find-run.ts';

const HELP = `
ID is a bulk change id, a run id, or last; without it everything with UNKNOWN or ACCEPTED rows. These are settled by asking the
carrier, once: what happened gets its database effects and audit rows, what did not happen is NOT_STARTED again. Nothing is
sent, and no new row is begun: resume does that. Finished rows are compared with their carrier and the database; where the carrier
has what the run wrote and the database does not, --fix writes the database again. Everything else is only told.

Exit code: as of a run; 5 also when drift is left, 4 when a carrier refused to be asked.

Examples:
  pond-bulk reconcile --yes
  pond-bulk reconcile last
  pond-bulk reconcile 4711 --fix --yes --output csv`;

export interface ReconcileFlags extends GlobalFlags {
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly output: Output;
  readonly results?: string;
}

/** pond-bulk reconcile [ID] */
export function reconcileCommand(program: Command, context: Context): void {
  const command = program
    .command('reconcile [id]')
    .description('carrier, database and journal side by side: settles UNKNOWN and ACCEPTED rows, tells drift')
    .option('--fix', 'write the database again where it alone was left behind; nothing is ever written at a carrier');
  for (const option of [yesOption(), outputOption(), resultsOption(), ...paceOptions()]) command.addOption(option);
  command
    .addHelpText('after', HELP)
    .action((id: string | undefined, _options: unknown, self: Command) => reconcile(context, id ?? null, self.optsWithGlobals()));
}

async function reconcile(context: Context, id: string | null, flags: ReconcileFlags): Promise<void> {
  const folder = flags.results === undefined ? null : await openResultsFolder(flags.results);
  // Each run tells its own events.
  let tell: Emit = () => undefined;
  const session = await context.openSettling(flags, (event) => tell(event));
  try {
    const runs = id === null ? await runsInDoubt(session) : [await findRun(session.store, id)];
    if (flags.fix === true)
      await requireProviderAccess(
        session,
        runs.flatMap(({ bulkChanges }) => bulkChanges),
      );
    await confirm(context, session, runs, flags);
    if (runs.length === 0) context.terminal.note('Nothing is open: no row is UNKNOWN or ACCEPTED');
    const results: RunResult[] = [];
    for (const run of runs) {
      if (context.interruption.drain.aborted) break;
      const named = id === null || id === 'last' ? run.id : id;
      const done = await reconcileRun(context, session, run, { flags, id: named, listen: (emit) => (tell = emit) }).catch(
        (error: unknown) => {
          // Who asks for everything that is open gets what is not at work right now.
          if (id !== null || !(error instanceof PondBulkError) || error.kind !== 'locked') throw error;
          context.terminal.note(`Left alone: ${error.message}`);
          return null;
        },
      );
      if (done !== null) results.push(done);
    }
    await publish(together('reconcile', results), context, flags.output, folder);
  } finally {
    await session.close();
  }
}

/** Runs with those of their bulk changes that are open. */
async function runsInDoubt({ store, reconciling }: WriteSession): Promise<readonly RunInfo[]> {
  const ids = await reconciling.bulkChangesInDoubt();
  const runs = new Map<string, RunInfo>();
  for (const id of ids) {
    const runId = await store.runOfBulkChange(id);
    const run = runId === null || runs.has(runId) ? null : await store.findRun(runId);
    if (run !== null) runs.set(run.id, { ...run, bulkChanges: run.bulkChanges.filter((each) => ids.includes(each.id)) });
  }
  return [...runs.values()];
}

/** Only what writes is asked about. */
async function confirm(
  context: Context,
  { config, database }: WriteSession,
  runs: readonly RunInfo[],
  flags: ReconcileFlags,
): Promise<void> {
  const counts: StatusCounts = countsOf(runs.flatMap(({ bulkChanges }) => bulkChanges));
  const open = (counts.UNKNOWN ?? 0) + (counts.ACCEPTED ?? 0);
  if (open === 0 && flags.fix !== true) return;
  const drift = flags.fix === true ? 'what the database lacks is written' : 'drift is told only';
  const question = `reconcile on ${config.environment}, database ${database}: ${open} rows to settle, ${drift}; nothing is sent to carriers`;
  await confirmGoingOn(context, { flags, command: 'reconcile', question });
}
