import type { Params } from './database.ts';

/** `:name`, but neither `::name` nor the minutes of a time. */
const NAMED = /(?<![\w:]):([A-Za-z_]\w*)/g;

/** The statement with `?` marks and their values in order, as knex binds them. */
export function positional(sql: string, params: Params): { readonly sql: string; readonly bindings: readonly unknown[] } {
  const bindings: unknown[] = [];
  const text = sql.replaceAll(NAMED, (_mark, name: string) => {
    bindings.push(valueOf(params, name));
    return '?';
  });
  return { sql: text, bindings };
}

/** The statement with `@name` marks and the values it uses, as mssql binds them. */
export function atNamed(sql: string, params: Params): { readonly sql: string; readonly values: ReadonlyMap<string, unknown> } {
  const values = new Map<string, unknown>();
  const text = sql.replaceAll(NAMED, (_mark, name: string) => {
    values.set(name, valueOf(params, name));
    return `@${name}`;
  });
  return { sql: text, values };
}

/** A forgotten parameter would be NULL on SQLite and an error on SQL Server: it is an error everywhere. */
function valueOf(params: Params, name: string): unknown {
  if (!Object.hasOwn(params, name)) throw new TypeError(`The statement uses :${name}, which has no value`);
  return params[name] ?? null;
}
