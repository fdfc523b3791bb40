import type { RowError } from '../../domain/result.ts';
import { OPEN_STATUSES } from '../../domain/row-states.ts';
import type { Database } from '../database.ts';
import { ownTable } from '../own-schema.ts';

/** Notes beside an open row why its result could not be written. Only our own table: the operator's may be what refused it. */
export async function noteUnwritten(db: Database, rowId: string, error: RowError): Promise<void> {
  await db.execute(
    `
    UPDATE ${ownTable(db.engine, 'change_row')}
    SET status = 'UNKNOWN', code = :code, message = :message, error = :error
    WHERE id = :rowId AND status IN (${OPEN_STATUSES.map((status) => `'${status}'`).join(', ')})`,
    { rowId, code: error.code, message: error.message, error: JSON.stringify(error) },
  );
}
