import { randomUUID } from 'node:crypto';

import type { Portal } from '../../domain/effect.ts';
import type { AuditEntry } from '../../domain/outcome.ts';
import { OPEN_STATUSES } from '../../domain/row-states.ts';
import { deviceChangeState } from '../../domain/status.ts';
import { callHistoryProcedure } from '../procedures/history.ts';
import type { Procedure } from '../procedures/procedure.ts';
import type { SettledRow } from '../../run/run-store.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { cut } from '../cut.ts';
import { PORTAL_TABLES, type PortalTables } from '../portals.ts';
import { writeEffects } from './effects/write-effects.ts';
import type { Written } from './written.ts';
import { setOf } from '../sets.ts';

/**
 * Commits how rows ended: their effects, statuses and audit rows in one transaction, so that each happens exactly once.
 */
export async function commitVerdicts(
  db: Database,
  rows: readonly SettledRow[],
  written: Written,
  historyProcedure: Procedure | null,
): Promise<void> {
  const commitId = randomUUID();
  await db.transaction(
    async (tx) => {
      // A lost COMMIT may have committed: the whole transaction is there or not, so its first row tells.
      if (await isCommitted(tx, rows[0], commitId)) return;
      const effects = rows.flatMap((row) => row.effects.map((effect) => ({ ...effect, bulkChangeId: row.bulkChangeId })));
      await writeEffects(tx, effects, written);
      if (historyProcedure !== null)
        await callHistoryProcedure(
          tx,
          historyProcedure,
          effects.filter((effect) => effect.kind === 'history'),
          written,
        );
      await writeRows(tx, rows, commitId);
      await writeDeviceChanges(tx, rows, written);
      await insertAudit(
        tx,
        rows.flatMap(({ rowId, bulkChangeId, audit }) => audit.map((entry) => ({ rowId, bulkChangeId, entry }))),
        written,
      );
    },
    { findsItself: true },
  );
}

async function isCommitted(tx: Transaction, row: SettledRow | undefined, commitId: string): Promise<boolean> {
  if (row === undefined) return true;
  const found = await tx.query(`SELECT 1 AS found FROM ${ownTable(tx.engine, 'change_row')} WHERE id = :id AND commit_id = :commitId`, {
    id: row.rowId,
    commitId,
  });
  return found.length > 0;
}

async function writeRows(tx: Transaction, rows: readonly SettledRow[], commitId: string): Promise<void> {
  const table = ownTable(tx.engine, 'change_row');
  const name = table.replace(/^.*\./, '');
  const set = setOf('items', {
    id: 'bigint',
    status: 'nvarchar(20)',
    code: 'nvarchar(60)',
    message: 'nvarchar(max)',
    error: 'nvarchar(max)',
    after_state: 'nvarchar(max)',
    audited: 'int',
    ms: 'int',
  });
  const written = await tx.execute(
    `
    UPDATE ${table}
    SET status = item.status, code = item.code, message = item.message, error = item.error, after_state = item.after_state, audited = item.audited, ms = item.ms,
      started = CASE WHEN item.status = 'NOT_STARTED' THEN 0 ELSE 1 END, commit_id = :commitId
    FROM ${set} AS item
    WHERE item.id = ${name}.id AND ${name}.status IN (${OPEN_STATUSES.map((status) => `'${status}'`).join(', ')})`,
    {
      commitId,
      items: rows.map((row) => ({
        id: row.rowId,
        status: row.status,
        code: row.error?.code ?? null,
        message: row.message,
        error: row.error === null ? null : JSON.stringify(row.error),
        after_state: row.after === null ? null : JSON.stringify(row.after),
        audited: row.audited,
        ms: row.ms,
      })),
    },
  );
  if (written !== rows.length)
    throw new Error(`${rows.length - written} of ${rows.length} rows are finished already: somebody else works on them`);
}

async function writeDeviceChanges(tx: Transaction, rows: readonly SettledRow[], written: Written): Promise<void> {
  for (const [portal, mine] of byPortal(rows, written)) await writeChangesOf(tx, mine, PORTAL_TABLES[portal], written);
}

/** Rows, or what belongs to them, by the portal of their bulk change. */
function byPortal<T extends { readonly bulkChangeId: string }>(
  items: readonly T[],
  { portals }: Written,
): ReadonlyMap<Portal, readonly T[]> {
  return Map.groupBy(items, ({ bulkChangeId }) => {
    const portal = portals.get(bulkChangeId);
    if (portal === undefined) throw new Error(`Bulk change ${bulkChangeId} has no rows of ours`);
    return portal;
  });
}

async function writeChangesOf(
  tx: Transaction,
  rows: readonly SettledRow[],
  { change }: PortalTables,
  { operator, at }: Written,
): Promise<void> {
  const set = setOf('items', { row_id: 'bigint', status: 'nvarchar(50)', processed: 'int', errors: 'int', details: 'nvarchar(max)' });
  const items = rows.flatMap(({ rowId, status, message }) => {
    const state = deviceChangeState(status);
    if (state === null) return [];
    return [
      {
        row_id: rowId,
        status: state.status,
        processed: state.isProcessed ? 1 : 0,
        errors: state.hasErrors ? 1 : 0,
        details: status === 'NOT_STARTED' ? null : message,
      },
    ];
  });
  await tx.execute(
    `
    UPDATE ${change}
    SET Status = item.status, IsProcessed = item.processed, HasErrors = item.errors, StatusDetails = item.details,
      ProcessedDate = CASE WHEN item.processed = 1 THEN :at END, ProcessedBy = :processedBy, ModifiedBy = :operator, ModifiedDate = :at
    FROM ${set} AS item
    JOIN ${ownTable(tx.engine, 'change_row')} AS mine ON mine.id = item.row_id
    WHERE mine.device_change_id = ${change}.id`,
    { items, operator, processedBy: cut(operator, 50), at: new Date(at) },
  );
}

/** Inserts DeviceBulkChangeLog rows, in order. */
export async function insertAudit(tx: Transaction, entries: readonly RowAudit[], written: Written): Promise<void> {
  for (const [portal, mine] of byPortal(entries, written)) await insertAuditOf(tx, mine, written.live.logKey[portal], written);
}

/** An audit entry and the row it is of. */
export interface RowAudit {
  readonly rowId: string;
  readonly bulkChangeId: string;
  readonly entry: AuditEntry;
}

async function insertAuditOf(tx: Transaction, entries: readonly RowAudit[], logKey: string, { operator, at }: Written): Promise<void> {
  const set = setOf('items', {
    i: 'int',
    row_id: 'bigint',
    bulk_change: 'bigint',
    description: 'nvarchar(max)',
    request: 'nvarchar(max)',
    errors: 'int',
    response: 'nvarchar(max)',
  });
  await tx.execute(
    `
    INSERT INTO DeviceBulkChangeLog (BulkChangeId, ${logKey}, LogEntryDescription, RequestText, HasErrors, ResponseStatus, ResponseText, ErrorText,
      ProcessedDate, ProcessedBy, CreatedBy, CreatedDate, IsActive, IsDeleted)
    SELECT item.bulk_change, mine.device_change_id, item.description, item.request, item.errors,
      CASE WHEN item.errors = 1 THEN 'ERROR' ELSE 'PROCESSED' END, item.response, CASE WHEN item.errors = 1 THEN item.response END,
      :at, :processedBy, :operator, :at, 1, 0
    FROM ${set} AS item
    JOIN ${ownTable(tx.engine, 'change_row')} AS mine ON mine.id = item.row_id
    ORDER BY item.i`,
    {
      operator,
      processedBy: cut(operator, 50),
      at: new Date(at),
      items: entries.map(({ rowId, bulkChangeId, entry }, i) => ({
        i,
        row_id: rowId,
        bulk_change: bulkChangeId,
        description: entry.description,
        request: entry.request,
        errors: entry.hasErrors ? 1 : 0,
        response: entry.response,
      })),
    },
  );
}
