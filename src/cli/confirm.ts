import { PondBulkError } from '../domain/errors.ts';
import { commandText } from '../domain/rollback-of.ts';
import type { Validation } from '../run/validate.ts';
import { recordOf, type ChangeCommand } from './commands/change-command.ts';
import type { Context, GlobalFlags, WriteSession } from './context.ts';
import { serviceLineText } from './render/service-line.ts';
import { transition } from './render/device-state.ts';

/** Asks before anything is saved: on a terminal; elsewhere --yes must say so. Rejects with PondBulkError (cancelled or usage). */
export async function confirmChange(
  { terminal, interruption }: Context,
  { config, database }: WriteSession,
  command: ChangeCommand,
  validation: Validation,
): Promise<void> {
  const { flags, request } = command;
  if (flags.yes === true || flags.sandbox === true) return;
  if (!terminal.isErrTty || !terminal.isInTty || flags.file === undefined || flags.file === '-') {
    throw new PondBulkError(
      'usage',
      'NOT_CONFIRMED',
      'Nobody can be asked here (no terminal, or the list is on standard input): add --yes to make the change, or --dry-run to see it',
    );
  }
  const { byStatus, samples, providers } = validation;
  const refused = (byStatus.REJECTED ?? 0) + (byStatus.STALE ?? 0) + (byStatus.SKIPPED ?? 0);
  terminal.note(`${commandText(recordOf(command))} on ${config.environment}, database ${database}, provider ${providers.join(', ')}`);
  const { PLANNED = 0, NOOP = 0 } = byStatus;
  // These are looked up at their carriers too, and changed where the database was wrong.
  const already = NOOP === 0 ? '' : ` (${NOOP} of them already so in the database)`;
  const devices = `${PLANNED + NOOP} device${PLANNED + NOOP === 1 ? '' : 's'} to change`;
  terminal.note(`  ${devices}${already}${refused === 0 ? '' : `, ${refused} row${refused === 1 ? '' : 's'} left out`}`);
  for (const { iccid, before, after, note } of samples)
    terminal.note(`  ${iccid}: ${transition(before, after)}${note === null ? '' : `, ${note}`}`);
  const service = serviceLineText(request, validation);
  if (service !== null) terminal.note(`  ${service}`);
  if (await terminal.confirm('Go on?', interruption.drain)) return;
  throw new PondBulkError('cancelled', 'DECLINED', 'Not confirmed: nothing was saved, nothing was sent');
}

/** Asks before something that was confirmed once is gone on with. Rejects as `confirmChange` does. */
export async function confirmGoingOn(
  { terminal, interruption }: Context,
  {
    flags,
    command,
    question,
  }: { readonly flags: GlobalFlags & { readonly yes?: boolean }; readonly command: string; readonly question: string },
): Promise<void> {
  if (flags.yes === true || flags.sandbox === true) return;
  if (!terminal.isErrTty || !terminal.isInTty) {
    throw new PondBulkError('usage', 'NOT_CONFIRMED', `Nobody can be asked here (no terminal): add --yes to ${command}`);
  }
  terminal.note(question);
  if (await terminal.confirm('Go on?', interruption.drain)) return;
  throw new PondBulkError('cancelled', 'DECLINED', 'Not confirmed: nothing was sent');
}
