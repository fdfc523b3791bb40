import type { Transaction } from '../database.ts';

/**
 * INSERT … SELECT … ORDER BY, answering the new ids in the order of the rows: identity values are given out in the
 * order of the SELECT. OUTPUT goes through a table variable because tables with triggers refuse it otherwise.
 */
export async function insertReturningIds(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  select: string,
  params: Readonly<Record<string, unknown>>,
): Promise<readonly string[]> {
  const into = `INSERT INTO ${table} (${columns.join(', ')})`;
  const sql =
    tx.engine === 'sqlite'
      ? `${into} ${select} RETURNING CAST(id AS TEXT) AS id`
      : `DECLARE @inserted TABLE (id bigint); ${into} OUTPUT inserted.id INTO @inserted ${select}; SELECT CAST(id AS nvarchar(30)) AS id FROM @inserted ORDER BY id;`;
  const rows = await tx.query<{ id: string }>(sql, params);
  return rows.map(({ id }) => id).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}
