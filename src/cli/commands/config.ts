import { Option, type Command } from 'commander';

import type { Context, GlobalFlags } from '../context.ts';
import { glyphsFor } from '../render/glyphs.ts';
import { shortened } from '../render/plain.ts';
import { tableOf } from '../render/table.ts';

/** pond-bulk config */
export function configCommand(program: Command, context: Context): void {
  program
    .command('config')
    .description('every setting, its value and where it came from; secrets masked')
    .addOption(new Option('--output <form>', 'how it is printed').choices(['table', 'json']).default('table'))
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<GlobalFlags & { readonly output: string }>();
      const config = await context.configure(flags);
      const settings = config.describe();
      for (const warning of config.warnings) context.terminal.note(`Warning: ${warning}`);
      if (flags.output === 'json') return context.terminal.out(`${JSON.stringify(settings, null, 2)}\n`);
      const { more } = glyphsFor(context.terminal.isOutTty);
      const names = Math.max(...settings.map(({ name }) => name.length));
      const room = Math.max(20, context.terminal.columns - names - 24);
      const rows = settings.map(({ name, value, source }) => [name, shortened(value, room, more), source]);
      return context.terminal.out(`${tableOf(['Setting', 'Value', 'From'], rows, context.terminal)}\n`);
    });
}
