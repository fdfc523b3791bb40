import type { Transaction } from '../database.ts';

/** Rows to insert, and what tells them apart afterwards. */
export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  /** The SELECT that gives the rows. */
  readonly select: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Columns (with their types) by which the caller tells the new rows apart; rows that agree in them are alike to him. None for a single row. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Takes the id of a new row with these key values; each is given out once. */
export type TakeId = (keys: readonly (string | null)[]) => string;

/**
 * INSERT … SELECT that answers the new ids by their rows' values: the order in which identity values are given out is
 * nobody's promise. OUTPUT goes through a table variable because tables with triggers refuse it otherwise.
 */
export async function insertReturningIds(tx: Transaction, { table, columns, select, params, keys }: Insert): Promise<TakeId> {
  const names = Object.keys(keys);
  const into = `INSERT INTO ${table} (${columns.join(', ')})`;
  const answer = (idType: string): string => [`CAST(id AS ${idType}) AS id`, ...names].join(', ');
  const sql =
    tx.engine === 'sqlite'
      ? `${into} ${select} RETURNING ${answer('TEXT')}`
      : `DECLARE @inserted TABLE (${['id bigint', ...names.map((name) => `${name} ${keys[name]}`)].join(', ')});
${into} OUTPUT ${['id', ...names].map((name) => `inserted.${name}`).join(', ')} INTO @inserted ${select};
SELECT ${answer('nvarchar(30)')} FROM @inserted;`;
  const rows = await tx.query<Readonly<Record<string, string | null>>>(sql, params);
  const ids = Map.groupBy(rows, (row) => JSON.stringify(names.map((name) => row[name] ?? null)));
  return (values) => {
    const id = ids.get(JSON.stringify(values))?.shift()?.['id'];
    if (id == null) throw new Error(`${table}: the insert answered no id for ${values.join(', ').slice(0, 200)}`);
    return id;
  };
}
