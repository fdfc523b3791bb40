import type { Command } from 'commander';

import type { RunResult } from '../../domain/result.ts';
import { countsOf } from '../../run/work.ts';
import type { Context, GlobalFlags } from '../context.ts';
import { exitCodeOfRun } from '../exit-codes.ts';
import { nextCommand, sandboxSuffix } from '../next-command.ts';
import { outputOption, resultsOption } from '../options.ts';
import { report, type Output } from '../report.ts';
import { openResultsFolder } from '../results-folder.ts';
import { createEventWriter } from '../render/events.ts';
import { rowObject } from '../render/result-json.ts';
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
        const byStatus = countsOf(run.bulkChanges);
        const ids = run.bulkChanges.map((each) => each.id);
        const exitCode = exitCodeOfRun({ byStatus, dryRun: false, credentials: false, limit: false, signal: null });
        const result: RunResult = {
          run: run.id,
          command: run.command,
          dryRun: false,
          bulkChangeIds: ids,
          validation: { isValid: true, validationMessage: '', errors: [] },
          columns: run.columns,
          byStatus,
          rowCount: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
          seconds: run.finishedAt === null ? 0 : secondsBetween(run.startedAt, run.finishedAt),
          rows: () => session.store.results(ids),
          exitCode,
          next: nextCommand(id === 'last' ? run.id : id, byStatus, sandboxSuffix(flags)),
          files: folder?.files ?? [],
          warnings: run.warnings,
        };
        await folder?.write(result);
        if (flags.output === 'jsonl') await events(context, result);
        await report(result, flags.output, context.terminal);
        context.exit(exitCode);
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

function secondsBetween(from: string, to: string): number {
  return (Date.parse(`${to.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`)) / 1000;
}
