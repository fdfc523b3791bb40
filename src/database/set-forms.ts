import type { SetForm } from './sets.ts';

// Each is a derived table over one JSON array parameter. Nested objects are sent as JSON text of their own.

export const mssqlSet: SetForm = (parameter, columns) => {
  const list = Object.entries(columns);
  const texts = list.map(([name, type]) => `[${name}] ${type === 'datetime' ? 'nvarchar(30)' : type} '$.${name}'`);
  const values = list.map(([name, type]) => (type === 'datetime' ? `${time(`texts.[${name}]`)} AS [${name}]` : `texts.[${name}]`));
  return `(SELECT ${values.join(', ')} FROM OPENJSON(:${parameter}) WITH (${texts.join(', ')}) AS texts)`;
};

/** Times are text in JSON. Without its style, how SQL Server reads one depends on the language of the login. */
function time(text: string): string {
  return `CONVERT(datetime, ${text}, 121)`;
}

/**
 * Babelfish (babelfish_extensions, `OPENJSON`) cuts the columns of WITH after 4000 characters, so each comes from its pair; and it
 * leaves texts as they are escaped in the JSON: they are put right behind it.
 */
export const babelfishSet: SetForm = (parameter, columns) => {
  const list = Object.entries(columns).map(([name, type]) => {
    const value = `MAX(CASE WHEN pair.[key] = '${name}' THEN pair.value END)`;
    if (type === 'datetime') return `${time(value)} AS [${name}]`;
    return `CAST(${type.startsWith('nvarchar') ? unescaped(value) : value} AS ${type}) AS [${name}]`;
  });
  return `(SELECT ${list.join(', ')} FROM OPENJSON(:${parameter}) AS item CROSS APPLY OPENJSON(item.value) AS pair GROUP BY item.[key])`;
};

/** Two backslashes hide behind a character that JSON never has raw, until the other escapes are gone. */
function unescaped(column: string): string {
  const escapes = [
    [String.raw`'\\'`, 'NCHAR(1)'],
    [String.raw`'\"'`, `'"'`],
    [String.raw`'\n'`, 'NCHAR(10)'],
    [String.raw`'\r'`, 'NCHAR(13)'],
    [String.raw`'\t'`, 'NCHAR(9)'],
    ['NCHAR(1)', String.raw`'\'`],
  ];
  return escapes.reduce((text, [escape, char]) => `REPLACE(${text}, ${escape}, ${char})`, column);
}

export const sqliteSet: SetForm = (parameter, columns) => {
  // The casts give the columns an affinity, so that comparing them with a live key column can use its index.
  const list = Object.entries(columns).map(([name, type]) => `CAST(json_extract(value, '$.${name}') AS ${sqliteType(type)}) AS "${name}"`);
  return `(SELECT ${list.join(', ')} FROM json_each(:${parameter}))`;
};

/** The SQLite type with the affinity that suits a T-SQL type. */
export function sqliteType(type: string): 'INTEGER' | 'NUMERIC' | 'REAL' | 'TEXT' {
  if (/^(int|bigint|smallint|tinyint|bit)\b/i.test(type)) return 'INTEGER';
  if (/^(decimal|numeric|money)\b/i.test(type)) return 'NUMERIC';
  return /^(float|real)\b/i.test(type) ? 'REAL' : 'TEXT';
}
