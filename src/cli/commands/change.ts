import { randomUUID } from 'node:crypto';

import { PondBulkError } from '../../domain/errors.ts';
import type { RunInfo, RunRecord } from '../../domain/run-store.ts';
import { askCarrier } from '../../run/ask-carrier.ts';
import { dryRun } from '../../run/dry-run.ts';
import { removeDeadLeftovers } from '../../run/leftovers.ts';
import { writePlan } from '../../run/plan-file.ts';
import { save } from '../../run/save.ts';
import type { Validation } from '../../run/validate.ts';
import { countsOf } from '../../run/work.ts';
import { anchored, careInWords, careOf } from '../care.ts';
import { confirmChange } from '../confirm.ts';
import type { Context, ReadSession, WriteSession } from '../context.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { untilStopped } from '../interruption.ts';
import { createLive, type Live } from '../live.ts';
import { quoted, sandboxSuffix } from '../next-command.ts';
import { validationText } from '../render/validation.ts';
import { openResultsFolder } from '../results-folder.ts';
import { publish } from '../report.ts';
import { workOn } from './work-on.ts';
import type { ChangeCommand, ChangeFlags } from './change-command.ts';
import { openSource, prepareChange, type Prepared } from './prepare-change.ts';

/** read → validate → plan → confirm → save → run → report. */
export async function runChange(context: Context, command: ChangeCommand): Promise<void> {
  const { flags } = command;
  const care = careOf(flags);
  const live = createLive(flags.output, context.terminal, context.clock.now);
  const results = flags.results === undefined ? null : await openResultsFolder(flags.results);
  if (flags.out !== undefined && flags.dryRun !== true)
    throw new PondBulkError(
      'usage',
      'OUT_WITHOUT_DRY_RUN',
      '--out saves what --dry-run plans: add --dry-run, then pond-bulk apply does exactly that',
    );
  const source = command.decided === undefined ? openSource(context, command) : null;
  const session: ReadSession | WriteSession =
    flags.dryRun === true ? await context.openRead(flags, live.emit) : await context.openWrite(flags, live.emit);
  try {
    const prepared = await untilStopped(context.interruption, prepareChange(session, command, source));
    const { validation, warnings } = prepared;
    for (const warning of warnings) context.terminal.note(`Warning: ${warning}`);
    const problems = validationText(validation, context.terminal.isErrTty);
    if (problems !== '') context.terminal.note(problems);
    requireAllowed(validation, flags);
    for (const rule of careInWords(care, devicesOf(validation))) context.terminal.note(rule);
    const result = isWritable(session)
      ? await change(context, session, command, live, prepared)
      : await plan(context, session, command, live, prepared);
    await live.end(result);
    await publish(result, context, flags.output, results);
  } finally {
    live.stop();
    await session.close();
  }
}

function isWritable(session: ReadSession | WriteSession): session is WriteSession {
  return 'store' in session;
}

function requireAllowed({ answer, byStatus }: Validation, { strict, maxDevices }: ChangeFlags): void {
  if (strict === true && !answer.isValid) {
    throw new PondBulkError(
      'input',
      'STRICT',
      `${(byStatus.REJECTED ?? 0) + (byStatus.STALE ?? 0)} rows are refused, and --strict allows none: nothing was done`,
    );
  }
  const devices = devicesOf({ byStatus });
  if (maxDevices !== undefined && devices > maxDevices) {
    throw new PondBulkError(
      'input',
      'MAX_DEVICES',
      `The list has ${devices} devices to change, --max-devices allows ${maxDevices}: nothing was done`,
    );
  }
}

function devicesOf({ byStatus }: Pick<Validation, 'byStatus'>): number {
  return (byStatus.PLANNED ?? 0) + (byStatus.NOOP ?? 0);
}

async function plan(
  context: Context,
  session: ReadSession,
  command: ChangeCommand,
  live: Live,
  { validation, operator, providerId, warnings }: Prepared,
) {
  const { flags } = command;
  live.begin('', validation.list.rowCount, 0);
  const { environment } = session.config;
  live.emit({
    type: 'run.start',
    command: command.name,
    dryRun: true,
    rows: validation.list.rowCount,
    bulkChangeIds: [],
    operator: operator.name,
    environment,
  });
  const asked =
    flags.askCarrier === true
      ? await askCarrier(validation, {
          readPlan: (planChange, signal) => {
            const provider = operator.providers.find(({ id }) => id === planChange.device.providerId);
            return session.systems.readPlan(planChange, provider?.integration ?? '', signal);
          },
          inProgress: session.config.maxParallelRequests,
          signal: context.interruption.drain,
        })
      : null;
  const outcome = await dryRun(validation, asked);
  const ended = {
    byStatus: outcome.byStatus,
    dryRun: true,
    credentials: validation.providerRefused,
    limit: false,
    signal: context.interruption.signal(),
  };
  const exitCode = exitCodeOfRun(ended);
  if (flags.out !== undefined) {
    const { database } = session;
    const { name, commandLine, request } = command;
    const { name: list, columns } = validation.list;
    const createdAt = new Date(context.clock.now()).toISOString();
    const header = {
      id: randomUUID(),
      createdAt,
      database,
      operator: operator.name,
      command: name,
      commandLine,
      request,
      providerId,
      list,
      columns,
    };
    await writePlan(flags.out, header, validation);
  }
  const next = (outcome.byStatus.PLANNED ?? 0) === 0 ? null : nextOfPlan(command);
  const files = flags.out === undefined ? [] : [flags.out];
  return { ...outcome, run: '', command: command.name, exitCode, next, warnings, files, bulkChangeIds: [] };
}

function nextOfPlan({ flags, commandLine }: ChangeCommand): string {
  if (flags.out !== undefined) return `pond-bulk apply ${quoted(flags.out)}${sandboxSuffix(flags)}`;
  return commandLine.replace(/ --(dry-run|ask-carrier)\b/g, '');
}

async function change(
  context: Context,
  session: WriteSession,
  command: ChangeCommand,
  live: Live,
  { validation, operator, warnings }: Prepared,
) {
  const { flags } = command;
  const care = careOf(flags);
  await confirmChange(context, session, command, validation);
  await removeDeadLeftovers(session.store, context.host);
  const runId = context.newRunId();
  const holder = { runId, host: context.host.name, pid: context.host.pid };
  const run: RunRecord = {
    id: runId,
    command: command.name,
    options: { commandLine: command.commandLine, care },
    operator: operator.name,
    osUser: context.host.user,
    host: context.host.name,
    environment: session.config.environment,
    reason: flags.reason ?? null,
    columns: validation.list.columns,
    warnings,
  };
  const ids = await save(session.store, validation, {
    run,
    holder,
    operator,
    changeType: await changeTypeOf(session, command.changeType),
    preflight: command.preflight,
    planId: command.decided?.planId ?? null,
    signal: context.interruption.drain,
  });
  context.terminal.note(`Saved as bulk change${ids.length === 1 ? '' : 's'} ${ids.join(', ')} (run ${runId})`);
  const saved = await findSaved(session.store, runId, ids);
  return workOn(context, session, live, {
    run: saved,
    care: anchored(care, ids, countsOf(saved.bulkChanges).NOT_STARTED ?? 0),
    preflight: command.preflight,
    credentials: validation.providerRefused,
    validation: validation.answer,
    id: runId,
    suffix: sandboxSuffix(flags),
  });
}

async function findSaved(store: WriteSession['store'], runId: string, ids: readonly string[]): Promise<RunInfo> {
  const run = await store.findRun(runId);
  if (run !== null && ids.every((saved) => run.bulkChanges.some(({ id }) => id === saved))) return run;
  throw new Error(`Run ${runId} was saved and is not there`);
}

async function changeTypeOf({ config, facts }: ReadSession, name: string): Promise<number> {
  const found = config.number('CHANGE_TYPE', name) ?? (await facts.changeTypes()).get(name);
  if (found !== undefined) return found;
  throw new PondBulkError(
    'config',
    'CHANGE_TYPE_UNKNOWN',
    `DeviceChangeRequestType has no row named ${name}: set CHANGE_TYPE_${name.toUpperCase()} to its number`,
  );
}
