import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { OPERATOR_TABLES } from '../../src/database/operator-schema.ts';
import { OWN_TABLES, ownTable } from '../../src/database/own-schema.ts';
import { createRunStore } from '../../src/database/run-store.ts';
import type { Effect } from '../../src/domain/effect.ts';
import type { RowResult } from '../../src/domain/result.ts';
import type { NewRow, OpenRow } from '../../src/domain/run-store.ts';
import type { JournalEntry } from '../../src/run/journal.ts';
import type { RunStore, SavedBulkChange, SettledRow } from '../../src/run/run-store.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';

/** 2026-11-03 23:59:59.997 UTC: another day in half of the world. */
export const AT = Date.UTC(2026, 10, 3, 23, 59, 59, 997);

const HOLDER = { runId: 'run-1', host: 'here', pid: 1 };

/** The sample fleet in the operator's own tables. */
export async function fleet(db: Database): Promise<void> {
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, sampleData());
}

/** From now on every table that counts gives the ids from `first` (or the one after it) on. */
export async function countFrom(db: Database, first: bigint): Promise<void> {
  const own = OWN_TABLES.map((table) => ({ ...table, name: ownTable(db.engine, table.name) }));
  for (const { name, columns, identity } of [...OPERATOR_TABLES, ...own]) {
    if (identity !== true || columns['id'] !== 'bigint') continue;
    if (db.engine === 'mssql') await db.execute(`DBCC CHECKIDENT ('${name}', RESEED, ${first})`);
    else {
      await db.execute('DELETE FROM sqlite_sequence WHERE name = :name', { name });
      await db.execute('INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :first)', { name, first: String(first) });
    }
  }
}

export function newRow(line: number, given: Partial<NewRow> = {}): NewRow {
  const iccid = `8988303000000000${String(line).padStart(4, '0')}`;
  const device = { portal: 'M2M', deviceId: line, iccid, msisdn: null, eid: null, providerId: 1, tenantId: 1 } as const;
  const plan = { id: 1, code: 'POND-5GB', packageTypeId: 1, planUuid: null };
  return {
    bulkChange: 0,
    line,
    iccid,
    phoneNumber: null,
    deviceId: line,
    providerId: 1,
    change: { kind: 'change-rate-plan', device, plan, commPlan: null, effectiveDate: null, before: {} },
    cellsJson: JSON.stringify([iccid]),
    before: {},
    status: 'NOT_STARTED',
    message: '',
    error: null,
    changeRequest: null,
    ...given,
  };
}

/** Saves rows as a run of one bulk change. */
export async function saveRows(
  db: Database,
  rows: readonly NewRow[],
  { runId = HOLDER.runId, planId = null }: { readonly runId?: string; readonly planId?: string | null } = {},
): Promise<{ readonly store: RunStore; readonly saved: SavedBulkChange }> {
  const store = createRunStore(db, { operator: 'sandbox', now: () => AT, portalTypes: { M2M: 0, Mobility: 2 }, integrations: new Map() });
  const [saved] = await store.save({
    run: {
      id: runId,
      command: 'change-rate-plan',
      options: {},
      operator: 'sandbox',
      osUser: 'jane',
      host: 'here',
      environment: 'sandbox',
      reason: null,
      columns: ['iccid'],
      warnings: [],
    },
    holder: { ...HOLDER, runId },
    bulkChanges: [
      { tenantId: 1, providerId: 1, portal: 'M2M', changeRequestTypeId: 7, siteId: null, sharedRequest: '{"plan":"POND-5GB"}' },
    ],
    planId,
    isWhole: true,
    part: { rows, preflight: 'Pre-flight', quotas: [] },
  });
  if (saved === undefined) throw new Error('Nothing was saved');
  return { store, saved };
}

/** Journals one step of a claimed row, and ends the row with its audit row. */
export async function settle(
  store: RunStore,
  bulkChangeId: string,
  { rowId }: OpenRow,
  response: string,
): Promise<readonly JournalEntry[]> {
  const entry = { rowId, attempt: 1, step: 'add package', at: AT };
  const answer = { kind: 'answer', ended: 'done', value: null, audit: 'Add', request: 'POST', response, lasting: true } as const;
  await store.append([
    { ...entry, n: 1, data: { kind: 'intent', request: 'POST' } },
    { ...entry, n: 2, data: answer },
  ]);
  await store.commit([applied(bulkChangeId, rowId, response)]);
  return (await store.journalOf([rowId])).get(rowId) ?? [];
}

/** A row's end with one audit row. */
export function applied(bulkChangeId: string, rowId: string, response: string, effects: readonly Effect[] = []): SettledRow {
  return {
    rowId,
    bulkChangeId,
    status: 'APPLIED',
    message: 'done',
    error: null,
    after: {},
    effects,
    audit: [{ description: 'Add', request: 'POST', response, hasErrors: false }],
    audited: 2,
    ms: 5,
    isAnswered: true,
    isAtCarrier: false,
    stop: null,
  };
}

export async function resultsOf(store: RunStore, bulkChangeId: string): Promise<readonly RowResult[]> {
  const rows: RowResult[] = [];
  for await (const row of store.results([bulkChangeId])) rows.push(row);
  return rows;
}
