import { Option, type Command } from 'commander';

import type { Context, GlobalFlags } from '../context.ts';
import { exitCodeOfChecks } from '../exit-codes.ts';
import { renderChecks } from '../render/checks.ts';

const HELP = `
Looks at settings, both database logins (server, clock, tables, columns, types, indexes, permissions, procedures), the
operator, disk and files, and reads one SIM at each carrier account and one line at billing. Nothing is changed.

Exit code: 0 all is well (warnings included), 2 configuration or database, 4 credentials or permissions (wins over 2).

Examples:
  pond-bulk doctor
  pond-bulk doctor --sandbox
  pond-bulk doctor --output json`;

interface DoctorFlags extends GlobalFlags {
  readonly output: 'table' | 'json';
}

/** pond-bulk doctor */
export function doctorCommand(program: Command, context: Context): void {
  program
    .command('doctor')
    .description('whether everything is as a run needs it: settings, database, permissions, credentials, files')
    .addOption(new Option('--output <form>', 'what stdout gets').choices(['table', 'json']).default('table'))
    .addHelpText('after', HELP)
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<DoctorFlags>();
      const progress = context.terminal.progress();
      progress.update('Looking at settings, database and accounts');
      const checks = await context.examine(flags).finally(() => progress.stop());
      const exitCode = exitCodeOfChecks(checks);
      context.exit(exitCode);
      return context.terminal.out(
        flags.output === 'json' ? `${JSON.stringify({ checks, exitCode }, null, 2)}\n` : renderChecks(checks, context.terminal),
      );
    });
}
