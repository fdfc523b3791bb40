import { Option, type Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import type { DueRow, DueRules } from '../../domain/due.ts';
import type { Operator } from '../../domain/operator.ts';
import type { RowResult } from '../../domain/result.ts';
import type { RunRecord } from '../../domain/run-store.ts';
import { secondsOf } from '../../domain/seconds.ts';
import { DUE_COLUMNS, dueRows, plannedDue, runDue } from '../../run/run-due.ts';
import type { Context, GlobalFlags, ReadSession, WriteSession } from '../context.ts';
import { dueResult } from '../due-result.ts';
import { createLive, type Live } from '../live.ts';
import { changeableProviders, operatorOf } from '../operator.ts';
import { outputOption, resultsOption } from '../options.ts';
import { publish, type Output } from '../report.ts';
import { openResultsFolder } from '../results-folder.ts';
import { commandLine } from './change-options.ts';

const HELP = `
Changes that assign-customer (or the portal) has queued for a later day are made once their day has come (UTC): customer rate plan and
pool, history and audit rows, in a bulk change of their own. Each is made once, however often this runs, and beside the portal's own
job: what that has taken is left to it. What may not be made (device archived, plan deleted, writes disabled) stays in the queue.

Exit code: as of a run; 5 (4 when writes are disabled) while something is refused.

Examples:
  pond-bulk run-due --dry-run
  5 0 * * *  pond-bulk run-due --yes --results /var/log/pond-bulk   (in cron)`;

interface RunDueFlags extends GlobalFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly output: Output;
  readonly results?: string;
}

/** pond-bulk run-due */
export function runDueCommand(program: Command, context: Context, argv: readonly string[]): void {
  const command = program
    .command('run-due')
    .description('make queued customer plan and pool changes whose day has come; for cron')
    .option('--dry-run', 'show what would be done; nothing is written');
  const yes = new Option('--yes', 'do not ask; only a terminal is asked');
  for (const option of [yes, outputOption(), resultsOption()]) command.addOption(option);
  command.addHelpText('after', HELP).action((_options: unknown, self: Command) => due(context, self.optsWithGlobals(), commandLine(argv)));
}

async function due(context: Context, flags: RunDueFlags, line: string): Promise<void> {
  const live = createLive(flags.output, context.terminal, context.clock.now);
  const folder = flags.results === undefined ? null : await openResultsFolder(flags.results);
  const writing = flags.dryRun === true ? null : await context.openWrite(flags, live.emit);
  const session = writing ?? (await context.openRead(flags, live.emit));
  try {
    const operator = await operatorOf(session);
    const { rows, rules } = await findDue(context, session, operator);
    const run: RunRecord = {
      id: writing === null ? '' : context.newRunId(),
      command: 'run-due',
      options: { commandLine: line },
      operator: operator.name,
      osUser: context.host.user,
      host: context.host.name,
      environment: session.config.environment,
      reason: null,
      columns: DUE_COLUMNS,
      warnings: [],
    };
    if (writing !== null && rows.length > 0) await confirm(context, writing, flags, rows.length);
    if (rows.length === 0) context.terminal.note('Nothing is due');
    live.begin(run.id, rows.length, 0);
    const { command, environment } = run;
    live.emit({
      type: 'run.start',
      command,
      dryRun: writing === null,
      rows: rows.length,
      bulkChangeIds: [],
      operator: operator.name,
      environment,
    });
    const startedAt = context.clock.now();
    const done =
      writing === null ? rows.map((each) => plannedDue(each, rules)) : await make(context, writing, live, { rows, rules, run, operator });
    const result = dueResult(run, done, {
      dryRun: writing === null,
      seconds: secondsOf(context.clock.now() - startedAt),
      signal: context.interruption.signal(),
      files: [],
      next: writing === null && done.some(({ status }) => status === 'PLANNED') ? line.replace(/ --dry-run\b/, '') : null,
    });
    if (writing !== null && result.bulkChangeIds.length > 0) await writing.due.finish(run.id, result.exitCode);
    await live.end(result);
    await publish(result, context, flags.output, folder);
  } finally {
    live.stop();
    await session.close();
  }
}

async function findDue(
  { clock }: Context,
  session: ReadSession,
  operator: Operator,
): Promise<{ readonly rows: readonly DueRow[]; readonly rules: DueRules }> {
  const providers = changeableProviders(operator, session.systems);
  const lookups = await session.queued.lookups(operator.tenantId);
  const changes = await session.queued.find({ tenantId: operator.tenantId, providers, now: clock.now() });
  return { rows: dueRows(changes, lookups), rules: { providers: new Map(providers.map((each) => [each.id, each])), ...lookups } };
}

interface Making {
  readonly rows: readonly DueRow[];
  readonly rules: DueRules;
  readonly run: RunRecord;
  readonly operator: Operator;
}

async function make(
  context: Context,
  session: WriteSession,
  live: Live,
  { rows, rules, run, operator }: Making,
): Promise<readonly RowResult[]> {
  return runDue(rows, {
    store: session.due,
    rules,
    run,
    tenantId: operator.tenantId,
    changeRequestTypeId: rows.length === 0 ? 0 : await changeTypeOf(session),
    emit: live.emit,
    signal: context.interruption.drain,
  });
}

/** Installations without a type of its own show these changes as what they come from. */
async function changeTypeOf({ config, facts }: ReadSession): Promise<number> {
  const types = await facts.changeTypes();
  for (const name of ['CustomerRatePlanChange', 'CustomerAssignment']) {
    const found = config.number('CHANGE_TYPE', name) ?? types.get(name);
    if (found !== undefined) return found;
  }
  throw new PondBulkError(
    'config',
    'CHANGE_TYPE_UNKNOWN',
    'DeviceChangeRequestType has no row named CustomerRatePlanChange or CustomerAssignment: set CHANGE_TYPE_CUSTOMERASSIGNMENT to its number',
  );
}

/** They were confirmed when they were queued: cron need not say so again, and a person at a terminal is asked. */
async function confirm(
  { terminal, interruption }: Context,
  { config, database }: WriteSession,
  flags: RunDueFlags,
  count: number,
): Promise<void> {
  if (flags.yes === true || flags.sandbox === true || !terminal.isErrTty || !terminal.isInTty) return;
  terminal.note(`run-due on ${config.environment}, database ${database}: ${count} queued changes whose day has come`);
  if (await terminal.confirm('Go on?', interruption.drain)) return;
  throw new PondBulkError('cancelled', 'DECLINED', 'Not confirmed: nothing was changed');
}
