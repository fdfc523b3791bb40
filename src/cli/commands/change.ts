import { PondBulkError } from '../../domain/errors.ts';
import type { ValidationAnswer } from '../../domain/result.ts';
import type { Validation } from '../../run/validate.ts';
import { careInWords, careOf } from '../care.ts';
import type { Context, ReadSession, WriteSession } from '../context.ts';
import { untilStopped } from '../interruption.ts';
import { createLive } from '../live.ts';
import { tellRefused } from '../refused.ts';
import { validationText } from '../render/validation.ts';
import { publish } from '../report.ts';
import { openResultsFolder } from '../results-folder.ts';
import type { ChangeCommand, ChangeFlags } from './change-command.ts';
import { makeChange } from './make-change.ts';
import { dryRunChange } from './dry-run-change.ts';
import { openSource, prepareChange } from './prepare-change.ts';

/** read → validate → plan → confirm → save → run → report. */
export async function runChange(context: Context, command: ChangeCommand): Promise<void> {
  const { flags } = command;
  requireDryRun(flags);
  const care = careOf(flags);
  const live = createLive(flags.output, context.terminal, context.clock.now);
  const results = flags.results === undefined ? null : await openResultsFolder(flags.results);
  const source = command.decided === undefined ? openSource(context, command) : null;
  const session: ReadSession | WriteSession =
    flags.dryRun === true ? await context.openRead(flags, live.emit) : await context.openWrite(flags, live.emit);
  let answer: ValidationAnswer | null = null;
  try {
    const prepared = await untilStopped(context.interruption, prepareChange(session, command, source));
    const { validation, warnings } = prepared;
    answer = validation.answer;
    for (const warning of warnings) context.terminal.note(`Warning: ${warning}`);
    const problems = validationText(validation, context.terminal.isErrTty);
    if (problems !== '') context.terminal.note(problems);
    requireAllowed(validation, flags);
    for (const rule of careInWords(care, devicesOf(validation))) context.terminal.note(rule);
    const result = isWritable(session)
      ? await makeChange(context, session, command, live, prepared)
      : await dryRunChange(context, session, command, live, prepared);
    await live.end(result);
    await publish(result, context, flags.output, results);
  } catch (error) {
    await tellRefused(error, context, { ...flags, command: command.name, dryRun: flags.dryRun === true, live, folder: results, answer });
    throw error;
  } finally {
    live.stop();
    await session.close();
  }
}

function isWritable(session: ReadSession | WriteSession): session is WriteSession {
  return 'store' in session;
}

/** Options of a dry run; who gives one and forgets the other means no change. */
function requireDryRun({ dryRun, out, askCarrier }: ChangeFlags): void {
  if (dryRun === true) return;
  if (out !== undefined) {
    const message = '--out saves what --dry-run plans: add --dry-run, then pond-bulk apply does exactly that';
    throw new PondBulkError('usage', 'OUT_WITHOUT_DRY_RUN', message);
  }
  if (askCarrier === true) {
    const message = '--ask-carrier reads what --dry-run plans at the carriers: add --dry-run, or leave it out to make the change';
    throw new PondBulkError('usage', 'ASK_CARRIER_WITHOUT_DRY_RUN', message);
  }
}

function requireAllowed({ answer, byStatus }: Validation, { strict, maxDevices }: ChangeFlags): void {
  if (strict === true && !answer.isValid) {
    const refused = (byStatus.REJECTED ?? 0) + (byStatus.STALE ?? 0);
    const rows = refused === 1 ? '1 row is' : `${refused} rows are`;
    throw new PondBulkError('input', 'STRICT', `${rows} refused, and --strict allows none: nothing was done`);
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
