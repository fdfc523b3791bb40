import type { RowFacts } from '../domain/facts.ts';
import { changeNote } from '../domain/change-note.ts';
import type { RowError, RowResult, RunResult } from '../domain/result.ts';
import type { CarrierAnswers } from './ask-carrier.ts';
import type { Validation } from './validate.ts';

/** What a run would do: every row PLANNED, NOOP, REJECTED, STALE or SKIPPED. Nothing is written and nothing is sent. */
export async function dryRun(
  validation: Validation,
  asked: CarrierAnswers | null,
): Promise<Pick<RunResult, 'dryRun' | 'validation' | 'columns' | 'byStatus' | 'rowCount' | 'rows'>> {
  async function* rows(): AsyncGenerator<RowResult> {
    for await (const page of validation.list.facts()) for (const row of page) yield rowResult(row, validation, asked);
  }
  const byStatus = asked === null ? validation.byStatus : await counted(rows());
  const { answer, list } = validation;
  return { dryRun: true, validation: answer, columns: list.columns, byStatus, rowCount: list.rowCount, rows };
}

async function counted(rows: AsyncIterable<RowResult>): Promise<RunResult['byStatus']> {
  const byStatus: Partial<Record<RowResult['status'], number>> = {};
  for await (const { status } of rows) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return byStatus;
}

function rowResult(row: RowFacts, { judge }: Validation, asked: CarrierAnswers | null): RowResult {
  const verdict = judge(row);
  const known = {
    line: row.line,
    iccid: row.device?.iccid ?? row.iccid ?? row.key,
    phoneNumber: row.device?.msisdn ?? row.phoneNumber,
    provider: row.device?.providerName ?? null,
    bulkChangeId: null,
    attempts: 0,
    ms: 0,
    cells: JSON.parse(row.cellsJson) as readonly string[],
  };
  if (verdict.status !== 'PLANNED') {
    const { status, code, message, hint } = verdict;
    const error: RowError | null = status === 'SKIPPED' ? null : { code, class: 'input', retryable: false, http: null, message, hint };
    return { ...known, status, before: null, after: null, message, error };
  }
  const { before } = verdict.change;
  const said = asked?.get(row.line);
  if (said?.ok === false) {
    return { ...known, status: 'FAILED', before, after: verdict.after, message: said.error.message, error: said.error };
  }
  const message =
    said === undefined
      ? verdict.isNoop
        ? 'already so in the database'
        : (changeNote(verdict.change) ?? '')
      : said.state === null
        ? 'the carrier cannot be asked'
        : `at the carrier: ${Object.values(said.state)
            .filter((value) => value !== null)
            .join(', ')}`;
  return { ...known, status: verdict.isNoop ? 'NOOP' : 'PLANNED', before, after: verdict.after, message, error: null };
}
