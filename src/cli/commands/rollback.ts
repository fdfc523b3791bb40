import type { Command } from 'commander';

import { ASSIGNMENT_PREFLIGHT } from '../../changes/assign-customer.ts';
import { PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import { PondBulkError } from '../../domain/errors.ts';
import { rollbackOf } from '../../domain/rollback-of.ts';
import type { RunInfo } from '../../domain/run-store.ts';
import { undoOf } from '../../run/undo.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { careOptions } from '../care.ts';
import { notBlank, outputOption, paceOptions, resultsOption, wholeNumber, yesOption } from '../options.ts';
import { today } from '../today.ts';
import type { ChangeFlags } from './change-command.ts';
import { runChange } from './change.ts';
import { commandLine } from './change-options.ts';
import { findRun } from './find-run.ts';

const EXAMPLES = `
Examples:
  pond-bulk rollback last --dry-run
  pond-bulk rollback 4711 --yes --reason "TICKET-4711 was wrong"

ID is a bulk change id, a run id, or last. What was done is taken back, as a run of its own: also a customer whose carrier plan then
failed, and a customer plan that waits in the queue. A device that no longer holds what the run wrote is STALE and left alone. Refused
are rows that are not settled (resume or retry comes first), with a service line at Rev.io by the run, or scheduled at their carrier
for a later day: none documents a way to take that back.`;

/** pond-bulk rollback ID */
export function rollbackCommand(program: Command, context: Context, argv: readonly string[]): void {
  const command = program
    .command('rollback <id>')
    .description('give devices back what they had before a run, where they still hold what it wrote')
    .option('--dry-run', 'show what would be done; nothing is written, nothing is sent')
    .option('--max-devices <n>', 'refuse runs with more devices to change; --yes does not lift it', wholeNumber(1))
    .option('--reason <text>', 'why, for the record of the run', notBlank);
  for (const option of [yesOption(), ...careOptions(), ...paceOptions(), outputOption(), resultsOption()]) command.addOption(option);
  command.addHelpText('after', EXAMPLES).action(async (id: string, _options: unknown, self: Command) => {
    const flags = self.optsWithGlobals<Omit<ChangeFlags, 'column'>>();
    const { run, undo } = await readRun(context, flags, id);
    if (run.command === 'run-due')
      throw new PondBulkError('usage', 'NOT_UNDOABLE', `Run ${run.id} made queued changes: assign-customer gives other plans and pools`);
    if (undo.rows === 0)
      throw new PondBulkError('usage', 'NOTHING_TO_UNDO', `Run ${run.id} applied nothing: there is nothing to take back`);
    const undone = rollbackOf(run);
    if (undone !== null)
      context.terminal.note(`Run ${run.id} is itself a rollback, of ${undone}: taking it back makes those changes again`);
    const isAssignment = run.command === 'assign-customer';
    const day = today(context.clock);
    await runChange(context, {
      name: isAssignment ? 'assign-customer' : 'change-rate-plan',
      changeType: isAssignment ? 'CustomerAssignment' : 'CarrierRatePlanChange',
      preflight: isAssignment ? ASSIGNMENT_PREFLIGHT : PLAN_PREFLIGHT,
      // The last change of a month is kept for this.
      request: isAssignment
        ? { kind: 'assign-customer', today: day, service: null, useCarrierActivation: false, activatedDate: null, useLastChange: true }
        : { kind: 'change-rate-plan', today: day, refuseActiveRevServices: false, useLastChange: true },
      defaults: {},
      rollbackOf: run.id,
      flags: { ...flags, file: `run ${run.id}`, column: [], reason: flags.reason ?? `rollback of run ${run.id}` },
      // By its id: `last` may be another run by the time that this is done after a dry run.
      commandLine: commandLine(argv.map((argument) => (argument === id ? run.id : argument))),
      decided: {
        list: undo.list,
        expectedOf: undo.expectedOf,
        providerId: onlyProvider(run),
        planId: null,
        requireUsable: () => Promise.resolve(),
      },
    });
  });
}

/** Where an ICCID is known to several providers, the one of the run is meant. Null: it had several too, and rows tell by their devices. */
function onlyProvider({ bulkChanges }: RunInfo): number | null {
  const [first, ...others] = new Set(bulkChanges.map(({ providerId }) => providerId));
  return first !== undefined && others.length === 0 ? first : null;
}

async function readRun(context: Context, flags: GlobalFlags, id: string) {
  const session = await context.openRead(flags, () => undefined);
  try {
    const runs = await session.runs();
    const run = await findRun(runs, id);
    const ids = run.bulkChanges.map((each) => each.id);
    const queued = await session.queued.queuedFor(ids, run.startedAt);
    return { run, undo: await undoOf(runs.doneRows(ids), { run, today: today(context.clock), queued }) };
  } finally {
    await session.close();
  }
}
