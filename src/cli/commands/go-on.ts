import type { Command } from 'commander';

import { ASSIGNMENT_PREFLIGHT } from '../../changes/assign-customer.ts';
import { PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import { PondBulkError } from '../../domain/errors.ts';
import { commandText } from '../../domain/rollback-of.ts';
import type { BulkChangeInfo, RunInfo } from '../../domain/run-store.ts';
import { removeDeadLeftovers } from '../../run/leftovers.ts';
import { newWaves } from '../../run/waves.ts';
import { countsOf } from '../../run/work.ts';
import { anchored, careInWords, careOf, careOptions, keptCare, type Care, type CareFlags } from '../care.ts';
import { confirmGoingOn } from '../confirm.ts';
import type { Context, GlobalFlags, WriteSession } from '../context.ts';
import { createLive } from '../live.ts';
import { sandboxSuffix } from '../next-command.ts';
import { lastChangeOption, outputOption, paceOptions, resultsOption, yesOption } from '../options.ts';
import { requireMayWrite } from '../operator.ts';
import { publish, type Output } from '../report.ts';
import { refusedBefore } from '../standing.ts';
import { openResultsFolder } from '../results-folder.ts';
import { findRun } from './find-run.ts';
import { workOn } from './work-on.ts';

interface GoOnFlags extends GlobalFlags, CareFlags {
  readonly yes?: boolean;
  readonly output: Output;
  readonly results?: string;
  readonly useLastChange?: boolean;
}

/** pond-bulk resume ID */
export function resumeCommand(program: Command, context: Context): void {
  withOptions(
    program.command('resume <id>').description('go on after a stop: what is in doubt is read back first, then the rest is done'),
  ).action((id: string, _flags: unknown, command: Command) => goOn(context, id, command.optsWithGlobals(), 'resume'));
}

/** pond-bulk retry ID */
export function retryCommand(program: Command, context: Context): void {
  withOptions(
    program
      .command('retry <id>')
      .description('do FAILED and COMPENSATED rows again, in the same bulk change; never UNKNOWN or ACCEPTED ones')
      .addOption(lastChangeOption()),
  ).action((id: string, _flags: unknown, command: Command) => goOn(context, id, command.optsWithGlobals(), 'retry'));
}

function withOptions(command: Command): Command {
  for (const option of [yesOption(), outputOption(), resultsOption(), ...paceOptions(), ...careOptions()]) command.addOption(option);
  return command.addHelpText(
    'after',
    '\nID is a bulk change id, a run id, or last. Table, files and exit code cover every row of it.\nWaves and limits of the run are kept; what is given here counts from now on.',
  );
}

async function goOn(context: Context, id: string, flags: GoOnFlags, how: 'resume' | 'retry'): Promise<void> {
  const live = createLive(flags.output, context.terminal, context.clock.now);
  const results = flags.results === undefined ? null : await openResultsFolder(flags.results);
  const session = await context.openWrite(flags, live.emit);
  try {
    const run = await findRun(session.store, id);
    await requireMayWrite(
      session,
      run.bulkChanges.filter((each) => toDo([each], how) > 0),
    );
    if (how === 'retry') requireAllBegun(run, id, flags);
    const care = careToGoOnWith(run, flags, how);
    if (toDo(run.bulkChanges, how) === 0) context.terminal.note(NOTHING[how]);
    else {
      for (const rule of careInWords(care, toBegin(run, how))) context.terminal.note(rule);
      await confirm(context, session, run, flags, how);
      // What a run left that died while it was saving holds no device back.
      if (how === 'retry') await removeDeadLeftovers(session.store, context.host);
    }
    tellDoubt(context, run, how);
    const result = await workOn(context, session, live, {
      run,
      again: how === 'retry' ? { statuses: AGAIN, useLastChange: flags.useLastChange === true } : null,
      leavesBegun: how === 'retry',
      care,
      id: id === 'last' ? run.id : id,
      preflight: run.command === 'assign-customer' ? ASSIGNMENT_PREFLIGHT : PLAN_PREFLIGHT,
      suffix: sandboxSuffix(flags),
      ...(await refusedBefore(run, session.store)),
    });
    await live.end(result);
    await publish(result, context, flags.output, results);
  } finally {
    live.stop();
    await session.close();
  }
}

/** What is said where nobody need be asked; what a dead run left half written of its end is completed all the same. */
const NOTHING = {
  resume: 'Nothing to resume: no row is in doubt or not started',
  retry: 'Nothing to retry: no row is FAILED or COMPENSATED',
} as const;

/** What `retry` does again. */
const AGAIN = ['FAILED', 'COMPENSATED'] as const;

/** Rows that were stopped before they were begun, or in the middle, are not done again but done: that is what `resume` says it does. */
function requireAllBegun({ id: runId, bulkChanges }: RunInfo, id: string, flags: GoOnFlags): void {
  const { NOT_STARTED = 0 } = countsOf(bulkChanges);
  if (NOT_STARTED === 0) return;
  const resume = `pond-bulk resume ${id === 'last' ? runId : id} --yes${sandboxSuffix(flags)}`;
  throw new PondBulkError('usage', 'NOT_STARTED_LEFT', `${rowsOf(NOT_STARTED)} not started yet: first ${resume}`);
}

function tellDoubt({ terminal }: Context, { bulkChanges }: RunInfo, how: 'resume' | 'retry'): void {
  const { UNKNOWN = 0, ACCEPTED = 0 } = countsOf(bulkChanges);
  if (UNKNOWN + ACCEPTED === 0) return;
  terminal.note(
    `${rowsOf(UNKNOWN + ACCEPTED)} in doubt: ${how === 'resume' ? 'read back at the carrier first' : 'left alone, resume settles what is in doubt'}`,
  );
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row is' : `${count} rows are`;
}

async function confirm(
  context: Context,
  { config, database }: WriteSession,
  run: RunInfo,
  flags: GoOnFlags,
  how: 'resume' | 'retry',
): Promise<void> {
  const rows = toDo(run.bulkChanges, how);
  const question = `${how} ${commandText(run)} of ${run.startedAt} on ${config.environment}, database ${database}: ${rows === 1 ? '1 row' : `${rows} rows`}`;
  await confirmGoingOn(context, { flags, command: how, question });
}

/** As the run was begun, but for what is given anew. A retry begins its waves anew too: they are of the rows that failed. */
function careToGoOnWith(run: RunInfo, flags: GoOnFlags, how: 'resume' | 'retry'): Care {
  const care = careOf(flags, keptCare(run.options));
  const waves = how === 'retry' && care.waves !== null ? newWaves(care.waves.ends) : care.waves;
  return anchored(
    { ...care, waves },
    run.bulkChanges.map(({ id }) => id),
    toBegin(run, how),
  );
}

/** Rows that are worked on. */
function toDo(bulkChanges: readonly BulkChangeInfo[], how: 'resume' | 'retry'): number {
  const { UNKNOWN = 0, ACCEPTED = 0 } = countsOf(bulkChanges);
  return toBegin({ bulkChanges }, how) + (how === 'resume' ? UNKNOWN + ACCEPTED : 0);
}

/** Rows that are begun from the beginning. */
function toBegin({ bulkChanges }: Pick<RunInfo, 'bulkChanges'>, how: 'resume' | 'retry'): number {
  const { NOT_STARTED = 0, FAILED = 0, COMPENSATED = 0 } = countsOf(bulkChanges);
  return how === 'resume' ? NOT_STARTED : FAILED + COMPENSATED;
}
