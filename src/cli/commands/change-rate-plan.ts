import type { Command } from 'commander';

import { PLAN_PREFLIGHT } from '../../domain/carrier-plan-effects.ts';
import type { Context } from '../context.ts';
import { day, notBlank } from '../options.ts';
import { today } from '../today.ts';
import type { ChangeFlags } from './change-command.ts';
import { runChange } from './change.ts';
import { addChangeOptions, commandLine, given } from './change-options.ts';

interface PlanFlags extends ChangeFlags {
  readonly plan?: string;
  readonly commPlan?: string;
  readonly effectiveDate?: string;
}

const EXAMPLES = `
Examples:
  pond-bulk change-rate-plan --file iccids.csv --plan POND-5GB --dry-run
  pond-bulk change-rate-plan --file iccids.csv --plan POND-5GB --yes --results out
  pond-bulk change-rate-plan --file iccids.csv --plan POND-5GB --abort-after 20 --waves 1,10,10%,100% --hold
  cut -d, -f1 fleet.csv | pond-bulk change-rate-plan --plan POND-5GB --yes --output jsonl

A plan, comm plan or effective date column of the list wins over the flag.`;

/** pond-bulk change-rate-plan */
export function changeRatePlanCommand(program: Command, context: Context, argv: readonly string[]): void {
  const command = program
    .command('change-rate-plan')
    .description('move devices to another carrier rate plan, at their carrier and in the database')
    .option('--plan <code>', 'the carrier rate plan, for rows without a plan of their own', notBlank)
    .option('--comm-plan <name>', 'the communication plan, where the carrier has them', notBlank)
    .option('--effective-date <date>', 'yyyy-MM-dd, a UTC day; now when left out', day);
  addChangeOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<PlanFlags>();
      const { refuseActiveRevServices } = await context.configure(flags);
      await runChange(context, {
        name: 'change-rate-plan',
        changeType: 'CarrierRatePlanChange',
        preflight: PLAN_PREFLIGHT,
        request: {
          kind: 'change-rate-plan',
          today: today(context.clock),
          refuseActiveRevServices,
          useLastChange: flags.useLastChange === true,
        },
        defaults: given({ plan: flags.plan, commPlan: flags.commPlan, effectiveDate: flags.effectiveDate }),
        flags,
        commandLine: commandLine(argv),
      });
    });
}
