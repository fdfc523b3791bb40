import { Option, type Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import { parseIccid } from '../../domain/iccid.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { renderDeviceLife } from '../render/device-life.ts';

interface ExplainFlags extends GlobalFlags {
  readonly output: 'table' | 'json';
}

/** pond-bulk explain ICCID */
export function explainCommand(program: Command, context: Context): void {
  program
    .command('explain <iccid>')
    .description('the life of one device (ICCID or phone number) through runs, steps, carrier answers and audit rows')
    .addOption(new Option('--output <form>', 'how it is printed').choices(['table', 'json']).default('table'))
    .addHelpText(
      'after',
      '\nExamples:\n  pond-bulk explain 89883030000000000015\n  pond-bulk explain 89883030000000000015 --output json | jq .',
    )
    .action(async (text: string, _options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<ExplainFlags>();
      const parsed = parseIccid(text);
      const key = parsed.ok ? parsed.iccid : text.replaceAll(/[\s()+./-]/g, '');
      const session = await context.openWrite(flags, () => undefined);
      try {
        const chapters = await session.store.deviceLife(key);
        if (chapters.length === 0)
          throw new PondBulkError('usage', 'DEVICE_UNKNOWN', `No run has touched ${text}; pond-bulk list shows the runs`);
        const { terminal } = context;
        await terminal.out(
          flags.output === 'json' ? `${JSON.stringify(chapters, null, 2)}\n` : `${renderDeviceLife(chapters, terminal)}\n`,
        );
      } finally {
        await session.close();
      }
    });
}
