import { planUsed } from '../../domain/plan-used.ts';
import type { RunInfo, RunRecord, StatusCounts } from '../../domain/run-store.ts';
import type { RowStatus } from '../../domain/status.ts';
import type { Database, Queries, Transaction } from '../database.ts';
import type { IntegrationNames } from './lookups.ts';
import { ownTable } from '../own-schema.ts';
import { setOf } from '../sets.ts';

/** Writes down that a run begins. `saved` is false while its rows come in several transactions. */
export async function insertRun(tx: Transaction, run: RunRecord, saved: boolean, at: number): Promise<void> {
  await tx.execute(
    `
    INSERT INTO ${ownTable(tx.engine, 'run')} (id, command, options, operator, os_user, host, environment, reason, columns, warnings, saved, started_at)
    VALUES (:id, :command, :options, :operator, :osUser, :host, :environment, :reason, :columns, :warnings, :saved, :at)`,
    {
      ...run,
      options: JSON.stringify(run.options),
      columns: JSON.stringify(run.columns),
      warnings: JSON.stringify(run.warnings),
      saved,
      at: new Date(at),
    },
  );
}

/** The run that used a saved plan up; null when none did. */
export async function planUsedBy(db: Pick<Queries, 'engine' | 'query'>, id: string): Promise<string | null> {
  const [used] = await db.query<{ run_id: string }>(`SELECT run_id FROM ${ownTable(db.engine, 'used_plan')} WHERE id = :id`, { id });
  return used?.run_id ?? null;
}

/** Notes, after `lockSaves`, that a saved plan is used up. Rejects with PondBulkError (plan) when another run was faster. */
export async function useUpPlan(tx: Transaction, id: string, runId: string, at: number): Promise<void> {
  const used = await planUsedBy(tx, id);
  if (used !== null) throw planUsed('The plan', used);
  await tx.execute(`INSERT INTO ${ownTable(tx.engine, 'used_plan')} (id, run_id, used_at) VALUES (:id, :runId, :at)`, {
    id,
    runId,
    at: new Date(at),
  });
}

/** Replaces the options of a run. */
export async function keepRunOptions(db: Database, runId: string, options: RunRecord['options']): Promise<void> {
  await db.execute(`UPDATE ${ownTable(db.engine, 'run')} SET options = :options WHERE id = :runId`, {
    runId,
    options: JSON.stringify(options),
  });
}

/** Says that a bulk change is part of a run. */
export async function insertRunBulkChange(tx: Transaction, runId: string, bulkChangeId: string): Promise<void> {
  await tx.execute(`INSERT INTO ${ownTable(tx.engine, 'run_bulk_change')} (run_id, bulk_change_id) VALUES (:runId, :bulkChangeId)`, {
    runId,
    bulkChangeId,
  });
}

/** From now on the run is there. */
export async function markRunSaved(tx: Transaction, runId: string): Promise<void> {
  await tx.execute(`UPDATE ${ownTable(tx.engine, 'run')} SET saved = 1 WHERE id = :runId`, { runId });
}

/** Runs whose rows were never saved whole, with their bulk changes. */
export async function unsavedRuns(db: Queries): Promise<readonly { readonly runId: string; readonly bulkChangeIds: readonly string[] }[]> {
  const rows = await db.query<{ run_id: string; bulk_change_id: string | null }>(
    `
    SELECT run.id AS run_id, CAST(held.bulk_change_id AS nvarchar(30)) AS bulk_change_id
    FROM ${ownTable(db.engine, 'run')} AS run
    LEFT JOIN ${ownTable(db.engine, 'run_bulk_change')} AS held ON held.run_id = run.id
    WHERE run.saved = 0`,
  );
  const byRun = Map.groupBy(rows, ({ run_id }) => run_id);
  return [...byRun].map(([runId, mine]) => ({ runId, bulkChangeIds: mine.flatMap(({ bulk_change_id }) => bulk_change_id ?? []) }));
}

interface RunRow {
  readonly id: string;
  readonly command: string;
  readonly options: string;
  readonly operator: string;
  readonly os_user: string;
  readonly host: string;
  readonly environment: string;
  readonly reason: string | null;
  readonly columns: string;
  readonly warnings: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly exit_code: number | null;
}

/** The newest runs first, with their bulk changes and counts; `id` asks for one of them. */
export async function findRuns(
  db: Queries,
  want: { readonly limit: number; readonly id?: string; readonly integrations: IntegrationNames },
): Promise<readonly RunInfo[]> {
  const where = want.id === undefined ? '' : 'AND id = :id';
  const runs = await db.query<RunRow>(
    `
    SELECT ${db.engine === 'mssql' ? 'TOP (:limit)' : ''} id, command, options, operator, os_user, host, environment, reason, columns, warnings, started_at, finished_at, exit_code
    FROM ${ownTable(db.engine, 'run')}
    WHERE saved = 1 ${where}
    ORDER BY started_at DESC, id DESC ${db.engine === 'sqlite' ? 'LIMIT :limit' : ''}`,
    { limit: want.limit, ...(want.id === undefined ? {} : { id: want.id }) },
  );
  const ids = runs.map(({ id }) => id);
  const bulkChanges = await findBulkChanges(db, ids, want.integrations);
  return runs.map((run) => ({
    id: run.id,
    command: run.command,
    options: JSON.parse(run.options) as RunInfo['options'],
    operator: run.operator,
    osUser: run.os_user,
    host: run.host,
    environment: run.environment,
    reason: run.reason,
    columns: JSON.parse(run.columns) as RunInfo['columns'],
    warnings: JSON.parse(run.warnings) as RunInfo['warnings'],
    startedAt: run.started_at,
    finishedAt: run.finished_at,
    exitCode: run.exit_code,
    bulkChanges: bulkChanges.filter(({ runId }) => runId === run.id),
  }));
}

/** The run that saved a bulk change; null when it is not one of ours. */
export async function runOfBulkChange(db: Queries, bulkChangeId: string): Promise<string | null> {
  const [row] = await db.query<{ run_id: string }>(
    `SELECT run_id FROM ${ownTable(db.engine, 'run_bulk_change')} WHERE bulk_change_id = :bulkChangeId`,
    { bulkChangeId },
  );
  return row?.run_id ?? null;
}

/** Says how a run ended, and when. */
export async function markRunFinished(tx: Transaction, runId: string, exitCode: number, at: number): Promise<void> {
  await tx.execute(`UPDATE ${ownTable(tx.engine, 'run')} SET finished_at = :at, exit_code = :exitCode WHERE id = :runId`, {
    runId,
    exitCode,
    at: new Date(at),
  });
}

/** A row that was begun and has no verdict: nobody knows, until it is read back. */
export const IS_OPEN_ENDED = `mine.started = 1 AND mine.status = 'NOT_STARTED'`;
export const STATUS = `CASE WHEN ${IS_OPEN_ENDED} THEN 'UNKNOWN' ELSE mine.status END`;

async function findBulkChanges(db: Queries, runIds: readonly string[], integrations: IntegrationNames): Promise<RunInfo['bulkChanges']> {
  if (runIds.length === 0) return [];
  const rows = await db.query<{
    id: string;
    run_id: string;
    provider_id: number;
    provider: string;
    integration_id: number;
    integration: string | null;
    status: string;
    row_status: RowStatus | null;
    n: number;
  }>(
    `
    SELECT CAST(bulk_change.id AS nvarchar(30)) AS id, held.run_id, provider.id AS provider_id, COALESCE(provider.DisplayName, provider.Name) AS provider,
      provider.IntegrationId AS integration_id, integration.Name AS integration,
      bulk_change.Status AS status, ${STATUS} AS row_status, COUNT(mine.id) AS n
    FROM ${ownTable(db.engine, 'run_bulk_change')} AS held
    JOIN ${setOf('runs', { id: 'nvarchar(40)' })} AS wanted ON wanted.id = held.run_id
    JOIN DeviceBulkChange AS bulk_change ON bulk_change.id = held.bulk_change_id
    JOIN ServiceProvider AS provider ON provider.id = bulk_change.ServiceProviderId
    LEFT JOIN Integration AS integration ON integration.id = provider.IntegrationId
    LEFT JOIN ${ownTable(db.engine, 'change_row')} AS mine ON mine.bulk_change_id = bulk_change.id
    GROUP BY bulk_change.id, held.run_id, provider.id, provider.DisplayName, provider.Name, provider.IntegrationId, integration.Name, bulk_change.Status, ${STATUS}
    ORDER BY bulk_change.id`,
    { runs: runIds.map((id) => ({ id })) },
  );
  const byId = Map.groupBy(rows, ({ id }) => id);
  return [...byId.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        id: first.id,
        runId: first.run_id,
        providerId: first.provider_id,
        provider: first.provider,
        integration: first.integration ?? integrations.get(first.integration_id) ?? '',
        status: first.status,
        byStatus: Object.fromEntries(group.flatMap(({ row_status, n }) => (row_status === null ? [] : [[row_status, n]]))) as StatusCounts,
      },
    ];
  });
}
