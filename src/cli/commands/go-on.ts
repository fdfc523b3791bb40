import type { Command } from 'commander';

import { ASSIGNMENT_PREFLIGHT } from '../../changes/assign-customer.ts';
import { PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import { commandText } from '../../domain/rollback-of.ts';
import type { RunInfo, StatusCounts } from '../../domain/run-store.ts';
import { newWaves } from '../../run/waves.ts';
import { countsOf } from '../../run/work.ts';
import { anchored, careInWords, careOf, careOptions, keptCare, type Care, type CareFlags } from '../care.ts';
import { confirmGoingOn } from '../confirm.ts';
import type { Context, GlobalFlags, WriteSession } from '../context.ts';
import { createLive } from '../live.ts';
import { sandboxSuffix } from '../next-command.ts';
import { lastChangeOption, outputOption, paceOptions, resultsOption, yesOption } from '../options.ts';
import { publish, type Output } from '../report.ts';
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
    const care = careToGoOnWith(run, flags, how);
    for (const rule of careInWords(care, toBegin(run, how))) context.terminal.note(rule);
    await confirm(context, session, run, flags, how);
    const { UNKNOWN = 0, ACCEPTED = 0 } = countsOf(run.bulkChanges);
    const inDoubt = UNKNOWN + ACCEPTED;
    if (inDoubt > 0) context.terminal.note(`${inDoubt} row${inDoubt === 1 ? ' is' : 's are'} in doubt: read back at the carrier first`);
    const result = await workOn(context, session, live, {
      run,
      again: how === 'retry' ? { statuses: ['FAILED', 'COMPENSATED'], useLastChange: flags.useLastChange === true } : null,
      care,
      id: id === 'last' ? run.id : id,
      preflight: run.command === 'assign-customer' ? ASSIGNMENT_PREFLIGHT : PLAN_PREFLIGHT,
      suffix: sandboxSuffix(flags),
      validation: { isValid: true, validationMessage: '', errors: [] },
      credentials: false,
    });
    await live.end(result);
    await publish(result, context, flags.output, results);
  } finally {
    live.stop();
    await session.close();
  }
}

async function confirm(
  context: Context,
  { config, database }: WriteSession,
  run: RunInfo,
  flags: GoOnFlags,
  how: 'resume' | 'retry',
): Promise<void> {
  const open = openRows(countsOf(run.bulkChanges), how);
  const question = `${how} ${commandText(run)} of ${run.startedAt} on ${config.environment}, database ${database}: ${open} rows`;
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

/** Rows that are begun from the beginning. */
function toBegin({ bulkChanges }: RunInfo, how: 'resume' | 'retry'): number {
  const counts = countsOf(bulkChanges);
  return (counts.NOT_STARTED ?? 0) + (how === 'resume' ? 0 : (counts.FAILED ?? 0) + (counts.COMPENSATED ?? 0));
}

function openRows(counts: StatusCounts, how: 'resume' | 'retry'): number {
  const open = (counts.NOT_STARTED ?? 0) + (counts.UNKNOWN ?? 0) + (counts.ACCEPTED ?? 0);
  return how === 'resume' ? open : open + (counts.FAILED ?? 0) + (counts.COMPENSATED ?? 0);
}
