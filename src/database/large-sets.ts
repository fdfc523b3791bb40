import { bulkLoad, createTempTable } from './bulk-load.ts';
import type { LoadSets } from './knex-statements.ts';
import { onConnection } from './mssql-client.ts';
import { setOf, setsIn, withSets } from './sets.ts';

/** From so many rows on, loading them in bulk (three round trips more) is quicker than having the server read JSON. */
const BULK_FROM_ROWS = 50;

/** Loads the large sets of a statement into temporary tables of the transaction's connection, and names these in their place. */
export const withLargeSetsLoaded: LoadSets = async (trx, sql, params, onSend) => {
  const loaded = new Set<string>();
  for (const [name, columns] of setsIn(sql)) {
    const rows = params[name];
    if (!Array.isArray(rows) || rows.length < BULK_FROM_ROWS) continue;
    onSend();
    await onConnection(trx, async (connection) => {
      await createTempTable(connection, `#set_${name}`, columns);
      await bulkLoad(connection, `#set_${name}`, columns, rows);
    });
    loaded.add(name);
  }
  return loaded.size === 0 ? sql : withSets(sql, (name, columns) => (loaded.has(name) ? `#set_${name}` : setOf(name, columns)));
};
