import { Command, Option } from 'commander';

import { applyCommand } from './commands/apply.ts';
import { assignCustomerCommand } from './commands/assign-customer.ts';
import { changeRatePlanCommand } from './commands/change-rate-plan.ts';
import { configCommand } from './commands/config.ts';
import { dbCommand } from './commands/db.ts';
import { explainCommand } from './commands/explain.ts';
import { doctorCommand } from './commands/doctor.ts';
import { resumeCommand, retryCommand } from './commands/go-on.ts';
import { helpCommand } from './commands/help.ts';
import { listCommand } from './commands/list.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runDueCommand } from './commands/run-due.ts';
import { sandboxCommand, type SandboxControl } from './commands/sandbox.ts';
import { statusCommand } from './commands/status.ts';
import type { Context } from './context.ts';

/** All commands. commander's own exits become errors (CommanderError), so that main alone ends the process. */
export function createProgram(context: Context, sandbox: SandboxControl, argv: readonly string[]): Command {
  const program = new Command('pond-bulk')
    .description('Bulk customer and rate plan changes for SIM fleets: validated, journaled, resumable.')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(pond-bulk COMMAND --help shows its options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.terminal.out(text),
      writeErr: (text) => context.terminal.note(text.replace(/\n$/, '')),
      // As all other errors begin.
      outputError: (text, write) => write(text.replace(/^error:/, 'Error:')),
    })
    .addOption(new Option('--sandbox', 'work on the embedded sandbox: sample data and simulated carriers on this machine'))
    .addOption(new Option('--sandbox-dir <dir>', "the sandbox's folder").default(undefined, "the user's data folder"));
  assignCustomerCommand(program, context, argv);
  changeRatePlanCommand(program, context, argv);
  applyCommand(program, context, argv);
  resumeCommand(program, context);
  retryCommand(program, context);
  rollbackCommand(program, context, argv);
  reconcileCommand(program, context);
  runDueCommand(program, context, argv);
  listCommand(program, context);
  statusCommand(program, context);
  explainCommand(program, context);
  doctorCommand(program, context);
  configCommand(program, context);
  dbCommand(program, context);
  sandboxCommand(program, context, sandbox);
  helpCommand(program, context);
  return program;
}
