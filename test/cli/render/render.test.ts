import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createEventWriter } from '../../../src/cli/render/events.ts';
import { eventJsonSchema, eventSchema } from '../../../src/cli/render/event-schema.ts';
import { csvCell, renderCsv, renderFailedCsv } from '../../../src/cli/render/result-csv.ts';
import { renderJson, rowObject } from '../../../src/cli/render/result-json.ts';
import { renderTable } from '../../../src/cli/render/result-table.ts';
import { shownRows } from '../../../src/cli/render/shown-rows.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import type { RowError, RowResult, RunResult } from '../../../src/domain/result.ts';
import { ROW_STATUSES, type RowStatus } from '../../../src/domain/status.ts';
import { expectGolden } from '../../golden.ts';

const refused: RowError = {
  code: 'HTTP_400',
  class: 'carrier',
  retryable: false,
  http: 400,
  message: 'SIM is\u001b[31m not\nallowed',
  hint: 'ask POND',
};

function row(status: RowStatus, index: number): RowResult {
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

const rows = ROW_STATUSES.map(row);

async function* each(): AsyncGenerator<RowResult> {
  yield* rows;
}

const result: RunResult = {
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

const paint = (style: string, text: string): string => `<${style}>${text}</>`;
const bare = (_style: string, text: string): string => text;

async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

describe('P9: output is stable', () => {
  test.each([80, 120, 200])('table of %i columns', async (columns) => {
    const text = await renderTable(result, { columns, paint: bare });

    expectGolden(`table-${columns}.txt`, text);
    const lines = text.split('\n').filter((line) => line.startsWith('│') || line.startsWith('┌'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    for (const { iccid, status } of rows) expect(text).toMatch(new RegExp(`${iccid}.*${status}`));
  });

  test('table in colour', async () => {
    const text = await renderTable(result, { columns: 200, paint });

    expect(text).toContain('<red>FAILED</>');
    expectGolden('table-colour.txt', text);
  });

  test('JSON, CSV and what may be tried again', async () => {
    const json = await joined(renderJson(result));

    expect(() => JSON.parse(json) as unknown).not.toThrow();
    expectGolden('result.json', json);
    expectGolden('results.csv', await joined(renderCsv(result)));
    expectGolden('failed.csv', await joined(renderFailedCsv(result)));
  });

  test('events keep the published schema', () => {
    const { before, after, line, iccid } = row('APPLIED', 1);
    const events: readonly RunEvent[] = [
      {
        type: 'run.start',
        command: 'change-rate-plan',
        dryRun: false,
        rows: 1,
        bulkChangeIds: ['1'],
        operator: 'me',
        environment: 'sandbox',
      },
      { type: 'row.planned', line, iccid, provider: 'POND', before, after },
      { type: 'row.step', line, iccid, category: 'api', step: 'add package', state: 'intent', message: 'POST x' },
      ...rows.map((each_) => ({ type: 'row.result' as const, ...rowObject(each_) })),
      { type: 'throttle', account: 'POND', waitMs: 1000, reason: 'too many calls' },
      { type: 'gate', provider: 'POND', rule: 'auth', message: 'refused' },
      { type: 'warning', message: 'w' },
      { type: 'progress', finished: 1, rows: 2, perSecond: 1.5 },
      { type: 'run.end', byStatus: { APPLIED: 1 }, seconds: 1.5, exitCode: 0, next: null },
    ];
    const lines: string[] = [];
    const write = createEventWriter(
      'run-1',
      (text) => lines.push(text),
      () => Date.UTC(2026, 10, 21),
    );

    events.forEach(write);

    for (const text of lines) expect(() => eventSchema.parse(JSON.parse(text)), text).not.toThrow();
    expectGolden('events.jsonl', lines.join(''));
  });

  test('the schema that ships is the one that is checked', () => {
    const text = `${JSON.stringify(eventJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync('schema/events.schema.json', text);

    expect(readFileSync('schema/events.schema.json', 'utf8')).toBe(text);
  });
});

test('of a million rows only those that are shown are kept', async () => {
  async function* many(): AsyncGenerator<RowResult> {
    for (let index = 0; index < 50_000; index += 1) yield row(index === 49_999 ? 'FAILED' : 'APPLIED', index);
  }

  const shown = await shownRows(many(), 200);

  expect([shown.rows.length, shown.total]).toEqual([200, 50_000]);
  expect(shown.rows[0]?.status).toBe('FAILED');
});

test('P11: no cell is a formula, and reading gives back what was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', '\n', 'a', '1', '.', ' ') }), (text) => {
      const written = csvCell(text);
      const [[back]] = parse(`${written},x`, { relax_quotes: false }) as [[string]];

      expect(/^[=+\-@]/.test(back) && !/^[+-]?\d+(\.\d+)?$/.test(back)).toBe(false);
      expect(back.startsWith("'") ? back.slice(1) : back).toBe(text);
    }),
  );
});
