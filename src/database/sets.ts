/** Columns of a set by name, with their T-SQL types. */
export type SetColumns = Readonly<Record<string, string>>;

/** A row of a set, by column name; what is missing becomes NULL. */
export type SetRow = Readonly<Record<string, unknown>>;

/** What stands for a set in the SQL of an engine. */
export type SetForm = (parameter: string, columns: SetColumns) => string;

/**
 * A derived table over the rows that a parameter holds: the way to send many values, never one parameter each. It stands as a mark
 * in the SQL until the engine puts its own form there: JSON, or a temporary table that was loaded in bulk.
 * @example db.query(`SELECT … FROM Device JOIN ${setOf('given', { id: 'int' })} AS given ON given.id = Device.id`, { given: [{ id: 1 }] })
 */
export function setOf(parameter: string, columns: SetColumns): string {
  return `⟦${parameter} ${JSON.stringify(columns)}⟧`;
}

/** An INSERT of the rows of the parameter `rows`. */
export function insertSql(table: string, columns: SetColumns): string {
  const names = Object.keys(columns);
  return `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => `given.${name}`).join(', ')} FROM ${setOf('rows', columns)} AS given`;
}

const MARK = /⟦(\w+) ([^⟧]*)⟧/g;

/** The SQL with every set in the form of an engine. */
export function withSets(sql: string, form: SetForm): string {
  return sql.replaceAll(MARK, (_mark, parameter: string, columns: string) => form(parameter, JSON.parse(columns) as SetColumns));
}

/** The sets that the SQL names. */
export function setsIn(sql: string): ReadonlyMap<string, SetColumns> {
  return new Map([...sql.matchAll(MARK)].map(([, parameter = '', columns = '']) => [parameter, JSON.parse(columns) as SetColumns]));
}
