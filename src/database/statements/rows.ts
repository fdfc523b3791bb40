import type { NewRow } from '../../domain/run-store.ts';
import { deviceChangeState } from '../../domain/status.ts';
import type { Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { sqlTime } from '../sql-time.ts';
import { insertReturningIds } from './insert-returning-ids.ts';

export interface SavedUnder {
  readonly runId: string;
  readonly bulkChangeId: string;
  /** The shared DeviceChangeRequest; null when each row has its own. */
  readonly changeRequestId: string | null;
  readonly operator: string;
  readonly at: number;
}

/** Inserts one DeviceChangeRequest for all rows, and answers its id. */
export async function insertChangeRequest(tx: Transaction, json: string, operator: string, at: number): Promise<string> {
  const [id] = await insertChangeRequests(tx, [json], operator, at);
  if (id === undefined) throw new Error('DeviceChangeRequest: the insert answered no id');
  return id;
}

function insertChangeRequests(tx: Transaction, jsons: readonly string[], operator: string, at: number): Promise<readonly string[]> {
  return insertReturningIds(
    tx,
    'DeviceChangeRequest',
    ['ChangeRequest', 'CreatedBy', 'CreatedDate', 'IsActive', 'IsDeleted'],
    `SELECT request.json, :operator, :at, 1, 0 FROM ${tx.json('requests', { n: 'int', json: 'nvarchar(max)' })} AS request ORDER BY request.n`,
    { operator, at: sqlTime(at), requests: JSON.stringify(jsons.map((json, n) => ({ n, json }))) },
  );
}

/** Inserts the device-change rows (refused ones too, as ERROR with their text) and our own rows beside them. */
export async function insertRows(tx: Transaction, rows: readonly NewRow[], under: SavedUnder): Promise<void> {
  const kept = rows.filter(({ status }) => deviceChangeState(status) !== null);
  const requests = kept.flatMap(({ changeRequest }) => (changeRequest === null ? [] : [changeRequest]));
  const requestIds = requests.length === 0 ? [] : await insertChangeRequests(tx, requests, under.operator, under.at);
  let nextRequest = 0;
  const changeRows = kept.map((row, n) => {
    const state = deviceChangeState(row.status);
    const own = row.changeRequest === null ? null : requestIds[nextRequest++];
    return {
      n,
      iccid: row.iccid,
      msisdn: row.phoneNumber,
      request: own ?? under.changeRequestId,
      device: row.deviceId,
      status: state?.status,
      processed: state?.isProcessed === true ? 1 : 0,
      errors: state?.hasErrors === true ? 1 : 0,
      details: state?.hasErrors === true ? row.message : null,
    };
  });
  const deviceChangeIds = await insertReturningIds(
    tx,
    'M2M_DeviceChange',
    ['BulkChangeId', 'ICCID', 'MSISDN', 'DeviceChangeRequestId', 'DeviceId', 'IsProcessed', 'HasErrors', 'Status', 'StatusDetails', 'ProcessedDate', 'ProcessedBy', 'CreatedBy', 'CreatedDate', 'IsActive', 'IsDeleted'],
    `SELECT :bulkChangeId, item.iccid, item.msisdn, item.request, item.device, item.processed, item.errors, item.status, item.details,
      CASE WHEN item.processed = 1 THEN :at END, CASE WHEN item.processed = 1 THEN :processedBy END, :operator, :at, 1, 0
    FROM ${tx.json('items', { n: 'int', iccid: 'nvarchar(50)', msisdn: 'nvarchar(50)', request: 'bigint', device: 'int', processed: 'int', errors: 'int', status: 'nvarchar(50)', details: 'nvarchar(max)' })} AS item
    ORDER BY item.n`,
    { bulkChangeId: under.bulkChangeId, operator: under.operator, processedBy: under.operator.slice(0, 50), at: sqlTime(under.at), items: JSON.stringify(changeRows) },
  );
  const ids = new Map(kept.map((row, index) => [row, deviceChangeIds[index]]));
  await tx.execute(
    `
    INSERT INTO ${ownTable(tx.engine, 'change_row')} (run_id, bulk_change_id, device_change_id, portal, line, iccid, phone_number, provider_id, subject, cells,
      before_state, status, code, message, error, attempt, audited, ms, started)
    SELECT :runId, :bulkChangeId, item.device_change, 'M2M', item.line, item.iccid, item.phone_number, item.provider, item.subject, item.cells,
      item.before_state, item.status, item.code, item.message, item.error, 1, 0, 0, 0
    FROM ${tx.json('items', { device_change: 'bigint', line: 'int', iccid: 'nvarchar(50)', phone_number: 'nvarchar(50)', provider: 'int', subject: 'nvarchar(max)', cells: 'nvarchar(max)', before_state: 'nvarchar(max)', status: 'nvarchar(20)', code: 'nvarchar(60)', message: 'nvarchar(max)', error: 'nvarchar(max)' })} AS item
    ORDER BY item.line`,
    {
      runId: under.runId,
      bulkChangeId: under.bulkChangeId,
      items: JSON.stringify(
        rows.map((row) => ({
          device_change: ids.get(row) ?? null,
          line: row.line,
          iccid: row.iccid,
          phone_number: row.phoneNumber,
          provider: row.providerId,
          subject: row.change === null ? null : JSON.stringify(row.change),
          cells: JSON.stringify(row.cells),
          before_state: row.before === null ? null : JSON.stringify(row.before),
          status: row.status,
          code: row.error?.code ?? null,
          message: row.message,
          error: row.error === null ? null : JSON.stringify(row.error),
        })),
      ),
    },
  );
}

/** One pre-flight audit row for every refused row on these lines. */
export async function insertRefusals(
  tx: Transaction,
  under: SavedUnder,
  refused: readonly { readonly line: number; readonly request: string }[],
  description: string,
): Promise<void> {
  if (refused.length === 0) return;
  await tx.execute(
    `
    INSERT INTO DeviceBulkChangeLog (BulkChangeId, M2MDeviceChangeId, LogEntryDescription, RequestText, HasErrors, ResponseStatus, ResponseText, ErrorText,
      ProcessedDate, ProcessedBy, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT mine.bulk_change_id, mine.device_change_id, :description, item.request, 1, 'ERROR', mine.message, mine.message, :at, :processedBy, :operator, :at, 1, 0
    FROM ${tx.json('items', { line: 'int', request: 'nvarchar(max)' })} AS item
    JOIN ${ownTable(tx.engine, 'change_row')} AS mine ON mine.run_id = :runId AND mine.line = item.line AND mine.bulk_change_id = :bulkChangeId
    ORDER BY mine.id`,
    {
      description,
      runId: under.runId,
      bulkChangeId: under.bulkChangeId,
      at: sqlTime(under.at),
      operator: under.operator,
      processedBy: under.operator.slice(0, 50),
      items: JSON.stringify(refused),
    },
  );
}
