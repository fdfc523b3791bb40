import type { Command } from 'commander';

import type { Context, GlobalFlags } from '../context.ts';

/** pond-bulk db migrate */
export function dbCommand(program: Command, context: Context): void {
  const db = program.command('db').description("the tool's own tables in the database");
  db.command('migrate')
    .description("make the tool's own tables (schema pondbulk; prefix pondbulk_ on SQLite); what is there stays")
    .option('--with-operator-schema', "on an empty test database: the operator's tables, views and look-up rows too, no devices")
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<GlobalFlags & { readonly withOperatorSchema?: boolean }>();
      const made = await context.migrate(flags, flags.withOperatorSchema === true);
      await context.terminal.out(
        made.length === 0 ? 'Nothing to do: all tables are there.\n' : `Made ${made.length} tables and views: ${made.join(', ')}\n`,
      );
    });
}
