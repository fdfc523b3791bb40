import { Option, type Command } from 'commander';

import { InvalidSettings, type ShownSetting } from '../../config/invalid-settings.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { glyphsFor } from '../render/glyphs.ts';
import { shortened } from '../render/plain.ts';
import { tableOf } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';

/** pond-bulk config */
export function configCommand(program: Command, context: Context): void {
  program
    .command('config')
    .description('every setting, its value and where it came from; secrets masked')
    .addOption(new Option('--output <form>', 'how it is printed').choices(['table', 'json']).default('table'))
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<GlobalFlags & { readonly output: string }>();
      const config = await context.configure(flags).catch(async (error: unknown) => {
        if (error instanceof InvalidSettings) await print(error.settings, flags.output, context.terminal);
        throw error;
      });
      for (const warning of config.warnings) context.terminal.note(`Warning: ${warning}`);
      await print(config.describe(), flags.output, context.terminal);
    });
}

function print(settings: readonly ShownSetting[], output: string, terminal: Terminal): Promise<void> {
  if (output === 'json') return terminal.out(`${JSON.stringify(settings, null, 2)}\n`);
  const { more } = glyphsFor(terminal.isOutTty);
  const names = Math.max(...settings.map(({ name }) => name.length));
  const room = Math.max(20, terminal.columns - names - 24);
  const from = ({ source, problem }: ShownSetting): string => (problem === undefined ? source : `${source}, NOT VALID`);
  const rows = settings.map((each) => [each.name, shortened(each.value, room, more), from(each)]);
  return terminal.out(`${tableOf(['Setting', 'Value', 'From'], rows, terminal)}\n`);
}
