import type { Command } from 'commander';
import { expect, test } from 'vitest';

import type { SandboxControl } from '../../src/cli/commands/sandbox.ts';
import type { Context } from '../../src/cli/context.ts';
import { createProgram } from '../../src/cli/program.ts';
import { loadReal } from '../config/load.ts';

/** Nothing is run: the context is only kept for later. */
const program = createProgram({ version: '1.0.0' } as Context, {} as SandboxControl, []);

function every(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(every)];
}

const SECRET_WORDS = /pass|secret|token|credential|(api|access|private|subscription)[- ]?key|--key\b|client-?id|\burl\b|connection|\bauth/i;

test('P10: no command has a flag or an argument for a secret: command lines are seen by everybody on the machine', () => {
  const commands = every(program);
  const flags = commands.flatMap((command) => [
    ...command.options.map(({ flags: text }) => `${command.name()} ${text}`),
    ...command.registeredArguments.map((argument) => `${command.name()} ${argument.name()}`),
  ]);

  expect(flags.filter((flag) => SECRET_WORDS.test(flag))).toEqual([]);
  // Were the walk to find nothing, nothing would be proved.
  expect(commands.length).toBeGreaterThan(20);
  expect(flags).toContain('change-rate-plan --plan <code>');
});

test('P10: no flag has the name of a setting that holds a secret', () => {
  const flags = every(program).flatMap(({ options }) => options.map(({ long }) => long?.slice(2)));
  const settings = loadReal({ env: SECRETS_OF_ALL });
  const secret = settings
    .describe()
    .flatMap(({ name, value }) => (value.includes('********') ? [name.toLowerCase().replaceAll('_', '-')] : []));

  expect(secret).toEqual(expect.arrayContaining(['database-url', 'pond-api-key', 'revio-password', 'teal-api-secret']));
  expect(flags.filter((flag) => flag !== undefined && secret.includes(flag))).toEqual([]);
});

/** A value for everything that could be one. */
const SECRETS_OF_ALL = {
  ...Object.fromEntries(
    loadReal({})
      .describe()
      .flatMap(({ name, source }) => (source === 'missing' && !/URL|QUERY/.test(name) ? [[name, 'a-secret']] : [])),
  ),
  DATABASE_URL: 'mssql://jane:a-secret@host/portal',
};
