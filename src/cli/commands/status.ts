import type { Command } from 'commander';

import type { RunResult } from '../../domain/result.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { sandboxSuffix } from '../next-command.ts';
import { outputOption, resultsOption } from '../options.ts';
import { publish, type Output } from '../report.ts';
import { openResultsFolder } from '../results-folder.ts';
import { createEventWriter } from '../render/events.ts';
import { rowObject } from '../render/result-json.ts';
import { standing } from '../standing.ts';
import { findRun } from './find-run.ts';

interface StatusFlags extends GlobalFlags {
  readonly output: Output;
  readonly results?: string;
}

/** pond-bulk status ID */
export function statusCommand(program: Command, context: Context): void {
  program
    .command('status <id>')
    .description('how every row of a run or bulk change stands; changes nothing')
    .addOption(outputOption())
    .addOption(resultsOption())
    .addHelpText('after', '\nID is a bulk change id, a run id, or last. The exit code is that of the run as it stands.')
    .action(async (id: string, _options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<StatusFlags>();
      const folder = flags.results === undefined ? null : await openResultsFolder(flags.results);
      const session = await context.openWrite(flags, () => undefined);
      try {
        const run = await findRun(session.store, id);
        const result = await standing(run, session.store, { id: id === 'last' ? run.id : id, suffix: sandboxSuffix(flags) });
        if (flags.output === 'jsonl') await events(context, result);
        await publish(result, context, flags.output, folder);
      } finally {
        await session.close();
      }
    });
}

async function events({ terminal, clock }: Context, result: RunResult): Promise<void> {
  const write = createEventWriter(result.run, (line) => void terminal.out(line), clock.now);
  for await (const row of result.rows()) write({ type: 'row.result', ...rowObject(row) });
  const { byStatus, seconds, exitCode, next } = result;
  write({ type: 'run.end', byStatus, seconds, exitCode, next });
}
