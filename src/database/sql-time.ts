/** Milliseconds since the epoch as both engines take it: `yyyy-MM-dd HH:mm:ss.SSS`, UTC. */
export function sqlTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

/** A datetime as it is read back (text from SQLite, Date from SQL Server), in milliseconds since the epoch. */
export function msOfSqlTime(value: string | Date): number {
  return value instanceof Date ? value.getTime() : Date.parse(`${value.replace(' ', 'T')}Z`);
}
