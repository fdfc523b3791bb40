import { randomUUID } from 'node:crypto';

import { commandOf } from '../../domain/rollback-of.ts';
import { secondsOf } from '../../domain/seconds.ts';
import { askCarrier } from '../../run/ask-carrier.ts';
import { dryRun } from '../../run/dry-run.ts';
import { writePlan } from '../../run/plan-file.ts';
import type { Context, ReadSession } from '../context.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import type { Live } from '../live.ts';
import { quoted, sandboxSuffix } from '../next-command.ts';
import { serviceLineText } from '../render/service-line.ts';
import { recordOf, type ChangeCommand } from './change-command.ts';
import type { Prepared } from './prepare-change.ts';

/** A dry run: what would be done, told and saved with --out. */
export async function dryRunChange(
  context: Context,
  session: ReadSession,
  command: ChangeCommand,
  live: Live,
  { validation, operator, providerId, warnings }: Prepared,
) {
  const { flags } = command;
  const service = serviceLineText(command.request, validation);
  if (service !== null) context.terminal.note(service);
  const startedAt = context.clock.now();
  live.begin('', validation.list.rowCount, 0);
  const { environment } = session.config;
  live.emit({
    type: 'run.start',
    command: commandOf(recordOf(command)),
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
  const seconds = secondsOf(context.clock.now() - startedAt);
  const ended = {
    byStatus: outcome.byStatus,
    dryRun: true,
    credentials: validation.providerRefused,
    limit: false,
    signal: context.interruption.signal(),
  };
  const exitCode = exitCodeOfRun(ended);
  if (flags.out !== undefined) await savePlan(flags.out, context, session, command, { validation, operator, providerId });
  const next = (outcome.byStatus.PLANNED ?? 0) === 0 ? null : nextOfPlan(command);
  const files = flags.out === undefined ? [] : [flags.out];
  return { ...outcome, seconds, run: '', command: commandOf(recordOf(command)), exitCode, next, warnings, files, bulkChangeIds: [] };
}

async function savePlan(
  file: string,
  { clock }: Context,
  { database }: ReadSession,
  { name, commandLine, request }: ChangeCommand,
  { validation, operator, providerId }: Omit<Prepared, 'warnings'>,
): Promise<void> {
  const { name: list, columns } = validation.list;
  const createdAt = new Date(clock.now()).toISOString();
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
  await writePlan(file, header, validation);
}

function nextOfPlan({ flags, commandLine }: ChangeCommand): string {
  if (flags.out !== undefined) return `pond-bulk apply ${quoted(flags.out)}${sandboxSuffix(flags)}`;
  return commandLine.replace(/ --(dry-run|ask-carrier)\b/g, '');
}
