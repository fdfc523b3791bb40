import { ASSIGN_PROCEDURE, EBONDING_PROCEDURE } from '../domain/procedure.ts';
import { tableNeeds, type Login } from './needs.ts';
import { HISTORY_PROCEDURE } from './procedures/history.ts';
import { quote } from './schema-sql.ts';
import type { PermissionSettings } from './statements/operator.ts';

/** Stored procedures of the operator that a run calls when they are there. */
export const PROCEDURES: readonly string[] = [ASSIGN_PROCEDURE, HISTORY_PROCEDURE, EBONDING_PROCEDURE];

export interface GrantsOptions {
  /** Name of the login in DATABASE_URL. */
  readonly run: string;
  /** Name of the login in DATABASE_URL_READ. */
  readonly dryRun: string;
  readonly permissions: PermissionSettings;
}

/** The script that gives a login for runs and one for dry runs what they need, and no more. For SQL Server: SQLite has no logins. */
export function grantsScript({ run, dryRun, permissions }: GrantsOptions): string {
  const own = Object.keys(permissions.queries).map((question) => `QUERY_${question.toUpperCase()}`);
  return [
    '-- For a DBA, in the database of DATABASE_URL, after pond-bulk db migrate. The logins must be there: CREATE LOGIN ... WITH PASSWORD = ...',
    ...(own.length === 0 ? [] : [`-- ${own.join(', ')} ask tables of your own: grant SELECT on those to both logins too`]),
    '',
    '-- Runs (DATABASE_URL)',
    userSql(run),
    ...tableGrants('run', run, permissions),
    grant('SELECT, INSERT, UPDATE, DELETE', 'SCHEMA::pondbulk', run),
    // Without the definition nobody can tell which parameters have a default.
    ...PROCEDURES.flatMap((name) => [
      `${ifThere(name)} ${grant('EXECUTE', `dbo.${bracketed(name)}`, run)}`,
      `${ifThere(name)} ${grant('VIEW DEFINITION', `dbo.${bracketed(name)}`, run)}`,
    ]),
    '',
    '-- Dry runs (DATABASE_URL_READ)',
    userSql(dryRun),
    ...tableGrants('dry-run', dryRun, permissions),
    // Without it there are no plan changes of eBonding, and a dry run has to know.
    `${ifThere(EBONDING_PROCEDURE)} ${grant('VIEW DEFINITION', `dbo.${bracketed(EBONDING_PROCEDURE)}`, dryRun)}`,
    // Plan changes that are under way count for a carrier's monthly quota; a rollback is planned from its run.
    grant('SELECT', 'SCHEMA::pondbulk', dryRun),
    '',
  ].join('\n');
}

function tableGrants(login: Login, name: string, permissions: PermissionSettings): readonly string[] {
  return tableNeeds(login, permissions).map((need) => grant(need.permissions.join(', '), `dbo.${bracketed(need.table)}`, name));
}

function userSql(login: string): string {
  return `IF DATABASE_PRINCIPAL_ID(${text(login)}) IS NULL CREATE USER ${bracketed(login)} FOR LOGIN ${bracketed(login)};`;
}

function ifThere(procedure: string): string {
  return `IF OBJECT_ID(${text(`dbo.${procedure}`)}, N'P') IS NOT NULL`;
}

function grant(permissions: string, object: string, login: string): string {
  return `GRANT ${permissions} ON ${object} TO ${bracketed(login)};`;
}

/** A login may have any name: `DOMAIN\\user`, or one with a bracket. */
function bracketed(name: string): string {
  return quote('mssql', name.replaceAll(']', ']]'));
}

function text(value: string): string {
  return `N'${value.replaceAll("'", "''")}'`;
}
