import type { Command } from 'commander';

import { PondBulkError } from '../../domain/errors.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { eventJsonSchema } from '../render/event-schema.ts';

/** pond-bulk help [exit-codes | events | COMMAND] */
export function helpCommand(program: Command, { terminal }: Context): void {
  program
    .helpCommand(false)
    .command('help [topic]')
    .description('help for a command, or about exit-codes or events')
    .action(async (topic: string | undefined) => {
      if (topic === undefined) return terminal.out(program.helpInformation());
      if (topic === 'exit-codes') return terminal.out(`${exitCodes()}\n`);
      if (topic === 'events') return terminal.out(`${JSON.stringify(eventJsonSchema(), null, 2)}\n`);
      const command = program.commands.find((each) => each.name() === topic);
      if (command !== undefined) return terminal.out(command.helpInformation());
      throw new PondBulkError('usage', 'TOPIC_UNKNOWN', `There is no help about ${topic}. Topics are exit-codes, events, and the commands`);
    });
}

function exitCodes(): string {
  const lines = EXIT_CODES.map(([code, meaning]) => `${String(code).padStart(4)}  ${meaning}`);
  return ['Exit codes', ...lines, '', 'When several apply: 1 > 129/130/143 > 4 > 9 > 6 > 5 > 3 > 0.'].join('\n');
}
