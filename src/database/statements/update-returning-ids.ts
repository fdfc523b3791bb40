import type { Params, Transaction } from '../database.ts';

/**
 * An UPDATE that answers the ids of the rows it touched, which are locked from then on until the transaction ends. `sql` is given
 * what stands between SET and FROM or WHERE. OUTPUT goes through a table variable because tables with triggers refuse it otherwise.
 */
export async function updateReturningIds(
  tx: Transaction,
  key: string,
  sql: (output: string) => string,
  params: Params,
): Promise<readonly string[]> {
  const text =
    tx.engine === 'sqlite'
      ? `${sql('')} RETURNING CAST(${key} AS TEXT) AS id`
      : `DECLARE @touched TABLE (id bigint);
${sql(`OUTPUT inserted.${key} INTO @touched`)};
SELECT CAST(id AS nvarchar(30)) AS id FROM @touched;`;
  return (await tx.query<{ id: string }>(text, params)).map(({ id }) => id);
}
