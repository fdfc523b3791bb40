import { Option, type Command } from 'commander';

import type { Context, GlobalFlags } from '../context.ts';
import { notBlank } from '../options.ts';

const MIGRATE_EXAMPLES = `
Examples:
  pond-bulk db migrate                        make what is missing; two at once wait for each other
  pond-bulk db migrate --print > migrate.sql  a script for a DBA instead; it may be run again`;

const GRANTS_EXAMPLES = `
The run login (DATABASE_URL) gets what a run reads and writes, the dry-run login (DATABASE_URL_READ) SELECT on what a
dry run reads. No database is asked; the script is for SQL Server, since SQLite has no logins.

Examples:
  pond-bulk db grants --print
  pond-bulk db grants --print --run-login bulk --dry-run-login bulk_read > grants.sql`;

interface MigrateFlags extends GlobalFlags {
  readonly withOperatorSchema?: boolean;
  readonly print?: boolean;
}

interface GrantsFlags extends GlobalFlags {
  readonly runLogin: string;
  readonly dryRunLogin: string;
}

/** pond-bulk db … */
export function dbCommand(program: Command, context: Context): void {
  const db = program.command('db').description("the tool's own tables in the database, and what its logins need");
  db.command('migrate')
    .description("make the tool's own tables (schema pondbulk; prefix pondbulk_ on SQLite); what is there stays")
    .option('--with-operator-schema', "on an empty test database: the operator's tables, views and look-up rows too, no devices")
    .option('--print', 'print the SQL; the database is not asked and not changed')
    .addHelpText('after', MIGRATE_EXAMPLES)
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<MigrateFlags>();
      const withOperatorSchema = flags.withOperatorSchema === true;
      if (flags.print === true) return context.terminal.out(await context.migrationScript(flags, withOperatorSchema));
      const made = await context.migrate(flags, withOperatorSchema);
      return context.terminal.out(
        made.length === 0 ? 'Nothing to do: all tables are there.\n' : `Made ${made.length} tables and views: ${made.join(', ')}\n`,
      );
    });
  db.command('grants')
    .description('print the GRANT script for a login for runs and one for dry runs: what they need, and no more; nothing is granted')
    .option('--print', 'as without it: there is nothing else to do')
    .addOption(new Option('--run-login <name>', 'login of DATABASE_URL').argParser(notBlank).default('pond_bulk'))
    .addOption(new Option('--dry-run-login <name>', 'login of DATABASE_URL_READ').argParser(notBlank).default('pond_bulk_read'))
    .addHelpText('after', GRANTS_EXAMPLES)
    .action(async (_options: unknown, self: Command) => {
      const flags = self.optsWithGlobals<GrantsFlags>();
      return context.terminal.out(await context.grantsScript(flags, { run: flags.runLogin, dryRun: flags.dryRunLogin }));
    });
}
