import { Option, type Command } from 'commander';

import { commandOf, commandText } from '../../domain/rollback-of.ts';
import { ROW_STATUSES } from '../../domain/status.ts';
import type { RunInfo } from '../../domain/run-store.ts';
import { countsOf } from '../../run/work.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { wholeNumber } from '../options.ts';
import { glyphsFor } from '../render/glyphs.ts';
import { plain } from '../render/plain.ts';
import { tableOf } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';

interface ListFlags extends GlobalFlags {
  readonly limit: number;
  readonly output: 'table' | 'json';
}

/** pond-bulk list */
export function listCommand(program: Command, context: Context): void {
  program
    .command('list')
    .description('the newest runs, with their bulk changes and how their rows stand')
    .option('--limit <n>', 'how many', wholeNumber(1), 20)
    .addOption(new Option('--output <form>', 'how it is printed').choices(['table', 'json']).default('table'))
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<ListFlags>();
      const session = await context.openWrite(flags, () => undefined);
      try {
        const runs = await session.store.findRuns(flags.limit);
        await context.terminal.out(
          flags.output === 'json' ? `${JSON.stringify(runs.map(told), null, 2)}\n` : runsText(runs, context.terminal),
        );
      } finally {
        await session.close();
      }
    });
}

function told(run: RunInfo): RunInfo {
  return { ...run, command: commandOf(run) };
}

function runsText(runs: readonly RunInfo[], terminal: Terminal): string {
  if (runs.length === 0) return 'No runs yet.\n';
  const { more } = glyphsFor(terminal.isOutTty);
  const rows = runs.map((run) => {
    const counts = countsOf(run.bulkChanges);
    const standing = ROW_STATUSES.flatMap((status) => (counts[status] === undefined ? [] : [`${status} ${counts[status]}`])).join(', ');
    const ids = run.bulkChanges.map(({ id }) => id);
    const shown = ids.length > 3 ? `${ids.slice(0, 3).join(', ')} ${more} (${ids.length})` : ids.join(', ');
    return [run.startedAt.slice(0, 19), run.id, commandText(run), plain(run.operator), shown, standing];
  });
  return `${tableOf(['Started (UTC)', 'Run', 'Command', 'Operator', 'Bulk changes', 'Rows'], rows, terminal)}\n`;
}
