import type { RowError, RowResult, RunResult } from '../../../src/domain/result.ts';
import { ROW_STATUSES, type RowStatus } from '../../../src/domain/status.ts';

export const refused: RowError = {
  code: 'HTTP_400',
  class: 'carrier',
  retryable: false,
  http: 400,
  message: 'SIM is\u001b[31m not\nallowed',
  hint: 'ask POND',
};

export function row(status: RowStatus, index: number): RowResult {
  const isBad = ['UNKNOWN', 'FAILED', 'COMPENSATED', 'REJECTED', 'STALE'].includes(status);
  return {
    line: index + 2,
    iccid: `898830300000000${String(index).padStart(4, '0')}`,
    phoneNumber: null,
    provider: 'POND Sandbox',
    bulkChangeId: '4711',
    status,
    before: { plan: 'POND-1GB', commPlan: null },
    after: { plan: 'POND-5GB' },
    attempts: 1,
    ms: 120,
    message: isBad ? refused.message : 'OK',
    error: isBad ? refused : null,
    cells: [`898830300000000${String(index).padStart(4, '0')}`, index === 1 ? '=1+1' : `note, "${index}"`],
  };
}

/** One row of every status. */
export const rows = ROW_STATUSES.map(row);

async function* each(): AsyncGenerator<RowResult> {
  yield* rows;
}

/** A run that has everything a report can show. */
export const result: RunResult = {
  run: '20261121T060000-abcdef',
  command: 'change-rate-plan',
  dryRun: false,
  bulkChangeIds: ['4711', '4712'],
  validation: { isValid: false, validationMessage: 'One or more devices have validation errors', errors: ['Invalid ICCID: 1'] },
  columns: ['iccid', 'note'],
  byStatus: Object.fromEntries(ROW_STATUSES.map((status) => [status, 1])),
  rowCount: rows.length,
  seconds: 12.34,
  rows: each,
  exitCode: 9,
  next: 'pond-bulk resume 20261121T060000-abcdef --yes',
  files: ['out/results.csv'],
  warnings: ['1 ICCID with a check digit that does not fit (Luhn)'],
};

/** The whole text of a stream of parts. */
export async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

/** No colours. */
export const bare = (_style: string, text: string): string => text;
