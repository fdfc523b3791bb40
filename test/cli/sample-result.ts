import type { RowError, RowResult, RunResult } from '../../src/domain/result.ts';
import { ROW_STATUSES, type RowStatus } from '../../src/domain/status.ts';

/** A carrier's own text, with what a terminal must never see: control characters. */
export const CARRIER_TEXT = 'SIM is\u001B[31m not\nallowed';

const REFUSED: RowError = { code: 'HTTP_400', class: 'carrier', retryable: false, http: 400, message: CARRIER_TEXT, hint: 'ask POND' };

const WITH_ERROR: ReadonlySet<RowStatus> = new Set(['UNKNOWN', 'FAILED', 'COMPENSATED', 'REJECTED', 'STALE']);

/** One row of a list: `index` is its place, from 0; the header is line 1. */
export function sampleRow(status: RowStatus, index: number): RowResult {
  const iccid = `89883030000000${String(index).padStart(5, '0')}`;
  const isBad = WITH_ERROR.has(status);
  return {
    line: index + 2,
    iccid,
    phoneNumber: null,
    provider: 'POND Sandbox',
    bulkChangeId: '4711',
    status,
    before: { plan: 'POND-1GB', commPlan: null },
    after: { plan: 'POND-5GB' },
    attempts: 1,
    ms: 120,
    message: isBad ? CARRIER_TEXT : 'OK',
    error: isBad ? REFUSED : null,
    cells: [iccid, index === 1 ? '=1+1' : `note, "${index}"`],
  };
}

/** One row of every status. */
export const SAMPLE_ROWS: readonly RowResult[] = ROW_STATUSES.map(sampleRow);

/** A run whose rows are these. */
export function sampleResult(changes: Partial<RunResult> = {}, rows: readonly RowResult[] = SAMPLE_ROWS): RunResult {
  const byStatus: Partial<Record<RowStatus, number>> = {};
  for (const { status } of rows) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return {
    run: '20261121T060000-abcdef',
    command: 'change-rate-plan',
    dryRun: false,
    bulkChangeIds: ['4711', '4712'],
    validation: { isValid: false, validationMessage: 'One or more devices have validation errors', errors: ['Invalid ICCID: 1'] },
    columns: ['iccid', 'note'],
    byStatus,
    rowCount: rows.length,
    seconds: 12.34,
    settled: 11,
    rows: () => eachOf(rows),
    exitCode: 9,
    next: 'pond-bulk resume 20261121T060000-abcdef --yes',
    files: ['out/results.csv'],
    warnings: ['1 ICCID with a check digit that does not fit (Luhn)'],
    ...changes,
  };
}

export async function* eachOf<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}

export async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
