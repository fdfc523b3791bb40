import type { Command } from 'commander';

import { ASSIGNMENT_PREFLIGHT } from '../../changes/assign-customer.ts';
import { PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import { PondBulkError } from '../../domain/errors.ts';
import { planUsed } from '../../domain/plan-used.ts';
import { readPlan, type SavedPlan } from '../../run/plan-file.ts';
import type { Validation } from '../../run/validate.ts';
import type { Context, ReadSession, WriteSession } from '../context.ts';
import { careOptions } from '../care.ts';
import { createLive } from '../live.ts';
import { notBlank, outputOption, paceOptions, positive, resultsOption, yesOption } from '../options.ts';
import { tellRefused } from '../refused.ts';
import { openResultsFolder } from '../results-folder.ts';
import { today } from '../today.ts';
import type { ChangeFlags } from './change-command.ts';
import { runChange } from './change.ts';
import { commandLine } from './change-options.ts';

interface ApplyFlags extends Omit<ChangeFlags, 'column'> {
  readonly maxAge: number;
}

const HOUR_MS = 3_600_000;
/** More devices that changed meanwhile mean that the plan is no longer what somebody agreed to. */
const MOST_STALE = 0.1;

const EXAMPLES = `
Examples:
  pond-bulk change-rate-plan --file iccids.csv --plan POND-5GB --dry-run --out monday.plan
  pond-bulk apply monday.plan --dry-run
  pond-bulk apply monday.plan --yes

A plan is applied once, on the database it was made on. A device that changed since is STALE and left alone.`;

/** pond-bulk apply PLAN */
export function applyCommand(program: Command, context: Context, argv: readonly string[]): void {
  const command = program
    .command('apply <plan>')
    .description('do exactly what a saved plan says, once')
    .option('--max-age <hours>', 'refuse plans that are older', positive, 24)
    .option('--dry-run', 'show what would be done; nothing is written, nothing is sent')
    .option('--reason <text>', 'why, for the record of the run', notBlank);
  for (const option of [yesOption(), ...careOptions(), ...paceOptions(), outputOption(), resultsOption()]) command.addOption(option);
  command.addHelpText('after', EXAMPLES).action(async (path: string, _options: unknown, self: Command) => {
    const flags = self.optsWithGlobals<ApplyFlags>();
    const plan = await readFresh(path, flags.maxAge, context.clock.now()).catch(async (error: unknown) => {
      const live = createLive(flags.output, context.terminal, context.clock.now);
      const folder = flags.results === undefined ? null : await openResultsFolder(flags.results);
      await tellRefused(error, context, { ...flags, command: 'apply', dryRun: flags.dryRun === true, live, folder, answer: null });
      throw error;
    });
    const { header } = plan;
    const isAssignment = header.command === 'assign-customer';
    await runChange(context, {
      name: header.command,
      changeType: isAssignment ? 'CustomerAssignment' : 'CarrierRatePlanChange',
      preflight: isAssignment ? ASSIGNMENT_PREFLIGHT : PLAN_PREFLIGHT,
      request: { ...header.request, today: today(context.clock) },
      defaults: {},
      flags: { ...flags, file: path, column: [] },
      commandLine: commandLine(argv),
      decided: {
        list: plan.list,
        expectedOf: plan.expectedOf,
        providerId: header.providerId,
        planId: header.id,
        requireUsable: (validation, session) => requireUsable(path, plan, validation, session),
      },
    });
  });
}

/** A plan that may be used by its age. Rejects with PondBulkError (plan). */
async function readFresh(path: string, maxAgeHours: number, now: number): Promise<SavedPlan> {
  const plan = await readPlan(path);
  const ageMs = now - Date.parse(plan.header.createdAt);
  if (ageMs <= maxAgeHours * HOUR_MS) return plan;
  const hours = Math.round(ageMs / HOUR_MS);
  throw new PondBulkError('plan', 'PLAN_TOO_OLD', `${path} is ${hours} hours old, more than --max-age ${maxAgeHours}: save it anew`);
}

async function requireUsable(
  path: string,
  { header, planned }: SavedPlan,
  { byStatus }: Validation,
  session: ReadSession | WriteSession,
): Promise<void> {
  if (header.database !== session.database) {
    const message = `${path} was made on ${header.database}, and DATABASE_URL is ${session.database}`;
    throw new PondBulkError('plan', 'PLAN_OF_OTHER_DATABASE', message);
  }
  const run = 'store' in session ? await session.store.planUsedBy(header.id) : null;
  if (run !== null) throw planUsed(path, run);
  const stale = byStatus.STALE ?? 0;
  if (stale > planned * MOST_STALE) {
    const message = `${stale} of the ${planned} devices of ${path} changed since it was made, more than 10 %: nothing was done, plan it anew`;
    throw new PondBulkError('plan', 'PLAN_STALE', message);
  }
}
