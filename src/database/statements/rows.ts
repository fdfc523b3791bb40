import type { Portal } from '../../domain/effect.ts';
import type { NewRow } from '../../domain/run-store.ts';
import { deviceChangeState } from '../../domain/status.ts';
import type { Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { cut } from '../cut.ts';
import { PORTAL_TABLES, type LiveNames } from '../portals.ts';
import { insertReturningIds, type TakeId } from './insert-returning-ids.ts';
import { setOf } from '../sets.ts';

export interface SavedUnder {
  readonly runId: string;
  readonly bulkChangeId: string;
  readonly portal: Portal;
  readonly live: LiveNames;
  /** The shared DeviceChangeRequest; null when each row has its own. */
  readonly changeRequestId: string | null;
  readonly operator: string;
  readonly at: number;
}

/** Inserts one DeviceChangeRequest for all rows, and answers its id. */
export async function insertChangeRequest(tx: Transaction, json: string, operator: string, at: number): Promise<string> {
  const takeId = await insertReturningIds(tx, {
    table: 'DeviceChangeRequest',
    columns: REQUEST_COLUMNS,
    // A value of its own: it names every device of the bulk change, and would only be escaped and read back in a set.
    select: 'SELECT :json, :operator, :at, 1, 0',
    params: { json, operator, at: new Date(at) },
    keys: {},
  });
  return takeId([]);
}

/** Sets the text of a DeviceChangeRequest. */
export async function updateChangeRequest(tx: Transaction, id: string, json: string): Promise<void> {
  await tx.execute('UPDATE DeviceChangeRequest SET ChangeRequest = :json WHERE id = :id', { id, json });
}

const REQUEST_COLUMNS = ['ChangeRequest', 'CreatedBy', 'CreatedDate', 'IsActive', 'IsDeleted'];

function insertChangeRequests(tx: Transaction, jsons: readonly string[], operator: string, at: number): Promise<TakeId> {
  return insertReturningIds(tx, {
    table: 'DeviceChangeRequest',
    columns: REQUEST_COLUMNS,
    select: `SELECT request.json, :operator, :at, 1, 0 FROM ${setOf('requests', { json: 'nvarchar(max)' })} AS request`,
    params: { operator, at: new Date(at), requests: jsons.map((json) => ({ json })) },
    keys: { ChangeRequest: 'nvarchar(max)' },
  });
}

/** Inserts the device-change rows (refused ones too, as ERROR with their text) and our own rows beside them. */
export async function insertRows(tx: Transaction, rows: readonly NewRow[], under: SavedUnder): Promise<void> {
  const takeDeviceChange = await insertDeviceChanges(tx, rows, under);
  await tx.execute(
    `
    INSERT INTO ${ownTable(tx.engine, 'change_row')} (run_id, bulk_change_id, device_change_id, portal, line, iccid, phone_number, provider_id, subject, cells,
      before_state, after_state, status, code, message, error, attempt, audited, ms, started)
    SELECT :runId, :bulkChangeId, item.device_change, :portal, item.line, item.iccid, item.phone_number, item.provider, item.subject, item.cells,
      item.before_state, item.after_state, item.status, item.code, item.message, item.error, 1, 0, 0, 0
    FROM ${setOf('items', { device_change: 'bigint', line: 'int', iccid: 'nvarchar(50)', phone_number: 'nvarchar(50)', provider: 'int', subject: 'nvarchar(max)', cells: 'nvarchar(max)', before_state: 'nvarchar(max)', after_state: 'nvarchar(max)', status: 'nvarchar(20)', code: 'nvarchar(60)', message: 'nvarchar(max)', error: 'nvarchar(max)' })} AS item`,
    {
      runId: under.runId,
      bulkChangeId: under.bulkChangeId,
      portal: under.portal,
      items: rows.map((row) => ({
        device_change: takeDeviceChange === null || deviceChangeState(row.status) === null ? null : takeDeviceChange(deviceChangeKeys(row)),
        line: row.line,
        iccid: cut(row.iccid, 50),
        phone_number: row.phoneNumber,
        provider: row.providerId,
        subject: row.change === null ? null : JSON.stringify(row.change),
        cells: row.cellsJson,
        before_state: row.before === null ? null : JSON.stringify(row.before),
        after_state: row.after === undefined ? null : JSON.stringify(row.after),
        status: row.status,
        code: row.error?.code ?? null,
        message: row.message,
        error: row.error === null ? null : JSON.stringify(row.error),
      })),
    },
  );
}

/** Null when none of the rows has a device-change row. */
async function insertDeviceChanges(tx: Transaction, rows: readonly NewRow[], under: SavedUnder): Promise<TakeId | null> {
  const requests = rows.flatMap(({ changeRequest }) => (changeRequest === null ? [] : [changeRequest]));
  const takeRequest = requests.length === 0 ? null : await insertChangeRequests(tx, requests, under.operator, under.at);
  const { change, changeNumbers } = PORTAL_TABLES[under.portal];
  const items = rows.flatMap((row) => {
    const state = deviceChangeState(row.status);
    if (state === null) return [];
    const [iccid, status, details] = deviceChangeKeys(row);
    return {
      iccid,
      msisdn: row.phoneNumber,
      request: row.changeRequest === null || takeRequest === null ? under.changeRequestId : takeRequest([row.changeRequest]),
      device: row.deviceId,
      status,
      processed: state.isProcessed ? 1 : 0,
      errors: state.hasErrors ? 1 : 0,
      details,
    };
  });
  if (items.length === 0) return null;
  return insertReturningIds(tx, {
    table: change,
    columns: [
      'BulkChangeId',
      'ICCID',
      ...changeNumbers,
      'DeviceChangeRequestId',
      'DeviceId',
      'IsProcessed',
      'HasErrors',
      'Status',
      'StatusDetails',
      'ProcessedDate',
      'ProcessedBy',
      'CreatedBy',
      'CreatedDate',
      'IsActive',
      'IsDeleted',
    ],
    select: `SELECT :bulkChangeId, item.iccid, ${changeNumbers.map(() => 'item.msisdn').join(', ')}, item.request, item.device, item.processed, item.errors, item.status, item.details,
      CASE WHEN item.processed = 1 THEN :at END, CASE WHEN item.processed = 1 THEN :processedBy END, :operator, :at, 1, 0
    FROM ${setOf('items', { iccid: 'nvarchar(50)', msisdn: 'nvarchar(50)', request: 'bigint', device: 'int', processed: 'int', errors: 'int', status: 'nvarchar(50)', details: 'nvarchar(max)' })} AS item`,
    params: {
      bulkChangeId: under.bulkChangeId,
      operator: under.operator,
      processedBy: cut(under.operator, 50),
      at: new Date(under.at),
      items,
    },
    keys: { ICCID: 'nvarchar(50)', Status: 'nvarchar(50)', StatusDetails: 'nvarchar(max)' },
  });
}

/** What tells the device-change rows of a save apart: ICCID, Status, StatusDetails. */
function deviceChangeKeys({ iccid, status, message }: NewRow): readonly [string, string, string | null] {
  const state = deviceChangeState(status);
  // A cell that is no ICCID may be longer than the column.
  return [cut(iccid, 50), state?.status ?? 'ERROR', state?.hasErrors === true ? message : null];
}

/** One pre-flight audit row for every refused row on these lines. */
export async function insertRefusals(
  tx: Transaction,
  under: SavedUnder,
  refused: readonly { readonly line: number; readonly request: string }[],
  description: string,
): Promise<void> {
  if (refused.length === 0) return;
  // A cross join has SQLite begin with the set, instead of reading it again for each row of the run; to SQL Server it is an inner join.
  await tx.execute(
    `
    INSERT INTO DeviceBulkChangeLog (BulkChangeId, ${under.live.logKey[under.portal]}, LogEntryDescription, RequestText, HasErrors, ResponseStatus, ResponseText, ErrorText,
      ProcessedDate, ProcessedBy, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT mine.bulk_change_id, mine.device_change_id, :description, item.request, 1, 'ERROR', mine.message, mine.message, :at, :processedBy, :operator, :at, 1, 0
    FROM ${setOf('items', { line: 'int', request: 'nvarchar(max)' })} AS item
    CROSS JOIN ${ownTable(tx.engine, 'change_row')} AS mine
    WHERE mine.run_id = :runId AND mine.line = item.line AND mine.bulk_change_id = :bulkChangeId
    ORDER BY mine.id`,
    {
      description,
      runId: under.runId,
      bulkChangeId: under.bulkChangeId,
      at: new Date(under.at),
      operator: under.operator,
      processedBy: cut(under.operator, 50),
      items: refused,
    },
  );
}
