/**
 * Milliseconds since the epoch as text, as SQLite holds it and sets send it: `yyyy-MM-dd HH:mm:ss.SSS`, UTC. A parameter is a Date:
 * SQL Server would read a text in the order of day and month of the login, and once for every row.
 */
export function sqlTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

/** A datetime as it is read back (text from SQLite, Date from SQL Server), in milliseconds since the epoch. */
export function msOfSqlTime(value: string | Date): number {
  return value instanceof Date ? value.getTime() : Date.parse(`${value.replace(' ', 'T')}Z`);
}
