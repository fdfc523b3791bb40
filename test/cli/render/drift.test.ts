import { expect, test } from 'vitest';

import { renderCsv } from '../../../src/cli/render/result-csv.ts';
import { renderDrift } from '../../../src/cli/render/drift.ts';
import type { Drift } from '../../../src/domain/result.ts';
import { sampleResult, sampleRow } from '../sample-result.ts';

const PIPE = { isOutTty: false, columns: 200 };

function drift(line: number, given: Partial<Drift> = {}): Drift {
  return {
    line,
    iccid: `8988303000000000${String(line).padStart(4, '0')}`,
    phoneNumber: null,
    provider: 'POND Sandbox',
    bulkChangeId: '4711',
    wrote: { plan: 'POND-5GB' },
    carrier: { plan: 'POND-5GB' },
    database: { plan: null, commPlan: 'CP' },
    differs: 'database',
    fix: 'safe',
    message: 'safe to write to the database with --fix',
    ...given,
  };
}

test('a row for each device that differs: what the run wrote, what carrier and database have, what can be done', () => {
  const text = renderDrift(
    { compared: 9, rows: [drift(2), drift(3, { carrier: null, fix: 'no', message: 'not compared: no\u001B[31m' })] },
    PIPE,
    200,
  );

  expect(text).toContain('Drift: 2 of 9 devices compared, 0 written, 1 safe to write with --fix');
  expect(text).toMatch(/\| 2 +\| 89883030000000000002 \| POND-5GB +\| POND-5GB +\| none +\| safe to write to the database/);
  expect(text).toMatch(/\| 3 +\| 89883030000000000003 \| POND-5GB +\| - +\| none +\| not compared: no +\|/);
});

test('what a carrier shows in its own way is told as it is', () => {
  const text = renderDrift({ compared: 1, rows: [drift(2, { carrier: { packageTypeId: '101, 105' } })] }, PIPE, 200);

  expect(text).toContain('| 101, 105 ');
});

test('no more rows than asked for, and where the rest is', () => {
  const text = renderDrift({ compared: 3, rows: [1, 2, 3].map((line) => drift(line)) }, PIPE, 2);

  expect(text).toContain('... and 1 more: --output csv, or --results DIR, has them all');
});

test.each([
  [0, ''],
  [1, 'No drift: 1 device compared with carrier and database'],
] as const)('without drift, %i compared', (compared, text) => {
  expect(renderDrift({ compared, rows: [] }, PIPE, 200)).toBe(text);
});

test('in CSV drift stands behind its row, and other rows have none', async () => {
  const rows = [sampleRow('APPLIED', 0), sampleRow('APPLIED', 2)];
  const result = { ...sampleResult({}, rows), columns: [], drift: { compared: 2, rows: [drift(4)] } };

  const lines: string[] = [];
  for await (const line of renderCsv(result)) lines.push(line.trimEnd());

  expect(lines).toEqual([
    'status,code,message,carrier,database,drift',
    'APPLIED,,OK,,,',
    'APPLIED,,OK,POND-5GB,none,safe to write to the database with --fix',
  ]);
});
