/** Strings, bracketed and quoted names, and comments: words in them do nothing. */
const INERT = /'(?:[^']|'')*'|\[[^\]]*\]|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\//g;
const WRITES = /\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|INTO|EXEC|EXECUTE|CREATE|ALTER|DROP|GRANT|REVOKE|BACKUP|RESTORE)\b/i;
const STARTS_READING = /^\s*(SELECT|WITH)\b/i;
/** Into a #table: the only target a read-only session has. */
const TEMP_ONLY = /^\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+INDEX\s+\S+\s+ON)\s+#\w+/i;

/** Throws unless the statement only reads. A second fence: the first is a login with SELECT alone. */
export function assertReads(sql: string): void {
  const code = sql.replaceAll(INERT, "''");
  if (STARTS_READING.test(code) && !WRITES.test(code)) return;
  throw new TypeError('A read-only database was asked to run a statement that may write');
}

/** Throws unless the one thing the statement writes to is a temporary table. */
export function assertWritesTempOnly(sql: string): void {
  const code = sql.replaceAll(INERT, "''");
  const rest = code.replace(TEMP_ONLY, '');
  if (TEMP_ONLY.test(code) && !WRITES.test(rest)) return;
  throw new TypeError('A read-only session was asked to write to something that is no temporary table');
}
