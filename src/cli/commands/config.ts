import type { Command } from 'commander';
import Table from 'cli-table3';

import type { Context, GlobalFlags } from '../context.ts';
import { shortened } from '../render/plain.ts';

/** pond-bulk config */
export function configCommand(program: Command, context: Context): void {
  program
    .command('config')
    .description('every setting, its value and where it came from; secrets masked')
    .option('--output <form>', 'table or json', 'table')
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<GlobalFlags & { readonly output: string }>();
      const config = await context.configure(flags);
      const settings = config.describe();
      for (const warning of config.warnings) context.terminal.note(`Warning: ${warning}`);
      if (flags.output === 'json') return context.terminal.out(`${JSON.stringify(settings, null, 2)}\n`);
      const table = new Table({ head: ['Setting', 'Value', 'From'], style: { head: [], border: [] } });
      const names = Math.max(...settings.map(({ name }) => name.length));
      for (const { name, value, source } of settings)
        table.push([name, shortened(value, Math.max(20, context.terminal.columns - names - 24)), source]);
      return context.terminal.out(`${table.toString()}\n`);
    });
}
