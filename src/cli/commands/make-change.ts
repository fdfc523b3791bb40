import { PondBulkError } from '../../domain/errors.ts';
import type { RunInfo, RunRecord } from '../../domain/run-store.ts';
import { removeDeadLeftovers } from '../../run/leftovers.ts';
import { save } from '../../run/save.ts';
import { countsOf } from '../../run/work.ts';
import { anchored, careOf } from '../care.ts';
import { confirmChange } from '../confirm.ts';
import type { Context, ReadSession, WriteSession } from '../context.ts';
import type { Live } from '../live.ts';
import { sandboxSuffix } from '../next-command.ts';
import { quotasOf } from '../quota.ts';
import { today } from '../today.ts';
import { recordOf, type ChangeCommand } from './change-command.ts';
import type { Prepared } from './prepare-change.ts';
import { workOn } from './work-on.ts';

/** A run: confirmed, saved, worked on. */
export async function makeChange(
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
  const recorded = recordOf(command);
  const run: RunRecord = {
    id: runId,
    command: recorded.command,
    options: { ...recorded.options, care },
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
    quotas: quotasOf(operator.providers, session.systems, {
      today: today(context.clock),
      useLastChange: command.request.useLastChange === true,
    }),
    planId: command.decided?.planId ?? null,
    signal: context.interruption.drain,
  });
  context.terminal.note(`Saved as bulk change${ids.length === 1 ? '' : 's'} ${ids.join(', ')} (run ${runId})`);
  const saved = await findSaved(session.store, runId, ids);
  return workOn(context, session, live, {
    run: saved,
    care: anchored(care, ids, countsOf(saved.bulkChanges).NOT_STARTED ?? 0),
    preflight: command.preflight,
    providerRefused: validation.providerRefused,
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
