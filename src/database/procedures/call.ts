import type { Portal } from '../../domain/effect.ts';
import type { ProcedureCall } from '../../domain/procedure.ts';
import type { RowError } from '../../domain/result.ts';
import type { Calling, Database, ProcedureSaid, Transaction } from '../database.ts';
import { PORTAL_TABLES } from '../portals.ts';
import { isTransient, mayHaveCommitted } from '../retry.ts';
import { writeEffects } from '../statements/effects/write-effects.ts';
import type { Written } from '../statements/written.ts';
import { insertJournal } from '../statements/journal.ts';
import { insertAudit } from '../statements/verdicts.ts';
import type { JournalEntry } from '../../run/journal.ts';
import { inputsOf } from './dictionary.ts';
import type { Procedure } from './procedure.ts';
import { setOf } from '../sets.ts';

/** One row that takes part in a call. `entry` is where its answer goes in the journal. */
export interface CallingRow {
  readonly call: ProcedureCall;
  readonly entry: Omit<JournalEntry, 'data'>;
}

/** Fewer than would lock the whole table. */
const ROWS_PER_STATEMENT = 1000;

/**
 * Calls a procedure for one device or for all waiting ones of a bulk change. Call, journal entries and audit rows commit in one
 * transaction: that is its exactly-once. Resolves to the answers, in the order of the rows: done, or refused when the procedure
 * raised an error or Device_Tenant does not hold what was wanted. Rejects when nobody knows (a lost connection): nothing was
 * committed, or all of it.
 */
export async function callProcedure(
  db: Database & { readonly calling: Calling },
  procedure: Procedure,
  bulkChangeId: string,
  rows: readonly CallingRow[],
  written: Written,
): Promise<readonly JournalEntry[]> {
  const devices = rows.map(({ call }) => call.values);
  const inputs = inputsOf(procedure.parameters, { bulkChangeId, operator: written.operator, portalTypes: written.portalTypes, devices });
  const request = `${procedure.name} ${JSON.stringify(Object.fromEntries(inputs))}`;
  const outputs = procedure.parameters.filter(({ isOutput }) => isOutput);
  try {
    return await db.calling(async (tx) => {
      await writeEffects(
        tx,
        rows.flatMap(({ call }) => call.effects.map((effect) => ({ ...effect, bulkChangeId }))),
        written,
      );
      const said = textOf(await tx.call(procedure.name, inputs, outputs));
      const problems = await findProblems(tx, procedure, rows);
      return writeAnswers(tx, bulkChangeId, rows, written, (row) => ({ request, response: said, problem: problems.get(row) ?? null }));
    });
  } catch (error) {
    if (!(error instanceof Error) || !isRefusal(error)) throw error;
    const problem = `${procedure.name}: ${error.message}`;
    return db.transaction((tx) => writeAnswers(tx, bulkChangeId, rows, written, () => ({ request, response: error.message, problem })));
  }
}

/** The server said no, and rolled back. */
function isRefusal(error: Error): boolean {
  return 'number' in error && typeof error.number === 'number' && !isTransient(error) && !mayHaveCommitted(error);
}

interface Answered {
  readonly request: string;
  readonly response: string;
  /** Null when it is done. */
  readonly problem: string | null;
}

/** Journal entries and audit rows of what was called, and how it ended. */
export async function writeAnswers(
  tx: Transaction,
  bulkChangeId: string,
  rows: readonly CallingRow[],
  written: Written,
  answerOf: (row: CallingRow) => Answered,
): Promise<readonly JournalEntry[]> {
  const answered = rows.map((row) => ({ row, answer: answerOf(row) }));
  const entries = answered.map(({ row, answer }): JournalEntry => {
    const texts = { audit: row.call.audit, request: answer.request, response: answer.response, isAudited: true };
    const { problem } = answer;
    return {
      ...row.entry,
      data:
        problem === null
          ? { kind: 'answer', ended: 'done', value: null, lasting: true, ...texts }
          : { kind: 'answer', ended: 'refused', error: refusal(problem), ...texts },
    };
  });
  const audit = answered.map(({ row, answer: { request, response, problem } }) => ({
    rowId: row.entry.rowId,
    bulkChangeId,
    entry: { description: row.call.audit, request, response: auditText(response, problem), hasErrors: problem !== null },
  }));
  for (let at = 0; at < entries.length; at += ROWS_PER_STATEMENT) {
    await insertJournal(tx, entries.slice(at, at + ROWS_PER_STATEMENT));
    await insertAudit(tx, audit.slice(at, at + ROWS_PER_STATEMENT), written);
  }
  return entries;
}

function auditText(response: string, problem: string | null): string {
  return problem === null || problem.endsWith(response) ? response : `${problem}\n${response}`;
}

function refusal(message: string): RowError {
  return { code: 'PROCEDURE_FAILED', class: 'database', retryable: true, http: null, message, hint: 'pond-bulk retry calls it again' };
}

/** `OK`, or what the procedure printed, returned and put out. */
function textOf({ returned, outputs, messages }: ProcedureSaid): string {
  const values = { ...(returned === 0 ? {} : { return: returned }), ...outputs };
  const text = [...messages, ...(Object.keys(values).length === 0 ? [] : [JSON.stringify(values)])].join('\n');
  return text === '' ? 'OK' : text;
}

/** Reads the tenant's rows of the devices back: what is wrong with them, by row. */
async function findProblems(tx: Transaction, { name }: Procedure, rows: readonly CallingRow[]): Promise<ReadonlyMap<CallingRow, string>> {
  const problems = new Map<CallingRow, string>();
  for (const [portal, mine] of Map.groupBy(rows, ({ call }) => call.values.portal)) {
    const { tenant } = PORTAL_TABLES[portal];
    const held = await findHeld(tx, portal, mine);
    for (const row of mine) {
      const { values, wanted } = row.call;
      if (wanted === null) continue;
      const is = held.get(keyOf(values.deviceId, values.tenantId));
      if (is !== undefined && is.SiteId === wanted.siteId && (is.AccountNumber ?? '') === (wanted.accountNumber ?? '')) continue;
      const holds = is === undefined ? 'has no row of the device' : `holds ${shown(is.SiteId, is.AccountNumber)}`;
      problems.set(row, `${name} was called, and ${tenant} ${holds} instead of ${shown(wanted.siteId, wanted.accountNumber)}`);
    }
  }
  return problems;
}

interface Held {
  readonly DeviceId: number;
  readonly TenantId: number;
  readonly SiteId: number | null;
  readonly AccountNumber: string | null;
}

async function findHeld(tx: Transaction, portal: Portal, rows: readonly CallingRow[]): Promise<ReadonlyMap<string, Held>> {
  const devices = rows.flatMap(({ call: { wanted, values } }) =>
    wanted === null ? [] : [{ id: values.deviceId, tenant: values.tenantId }],
  );
  if (devices.length === 0) return new Map();
  const { tenant, tenantKey } = PORTAL_TABLES[portal];
  const found = await tx.query<Held>(
    `
    SELECT held.${tenantKey} AS DeviceId, held.TenantId, held.SiteId, held.AccountNumber
    FROM ${tenant} AS held
    JOIN ${setOf('devices', { id: 'int', tenant: 'int' })} AS given ON given.id = held.${tenantKey} AND given.tenant = held.TenantId
    WHERE held.IsActive = 1 AND held.IsDeleted = 0`,
    { devices },
  );
  return new Map(found.map((row) => [keyOf(row.DeviceId, row.TenantId), row]));
}

function keyOf(deviceId: number, tenantId: number): string {
  return `${deviceId} ${tenantId}`;
}

function shown(siteId: number | null, account: string | null): string {
  return `site ${siteId ?? 'none'}, account ${account ?? 'none'}`;
}
