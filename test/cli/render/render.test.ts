import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createEventWriter } from '../../../src/cli/render/events.ts';
import { eventJsonSchema, type eventSchema } from '../../../src/cli/render/event-schema.ts';
import { renderCsv, renderFailedCsv } from '../../../src/cli/render/result-csv.ts';
import { renderJson, rowObject } from '../../../src/cli/render/result-json.ts';
import { renderTable } from '../../../src/cli/render/result-table.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { expectGolden } from '../../golden.ts';
import { bare, joined, result, row, rows } from './sample-result.ts';

const paint = (style: string, text: string): string => `<${style}>${text}</>`;

describe('P9: output is stable', () => {
  test.each([80, 120, 200])('table of %i columns', async (columns) => {
    const text = await renderTable(result, { columns, isOutTty: true, paint: bare });

    expectGolden(`table-${columns}.txt`, text);
    const lines = text.split('\n').filter((line) => line.startsWith('│') || line.startsWith('┌'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    for (const { iccid, status } of rows) expect(text).toMatch(new RegExp(`${iccid}.*${status}`));
  });

  test('table in colour', async () => {
    const text = await renderTable(result, { columns: 200, isOutTty: true, paint });

    expect(text).toContain('<red>FAILED</>');
    expectGolden('table-colour.txt', text);
  });

  test('a table off a terminal is plain ASCII', async () => {
    const text = await renderTable(result, { columns: 200, isOutTty: false, paint: bare });

    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expectGolden('table-plain.txt', text);
  });

  test('JSON, CSV and what may be tried again', async () => {
    const json = await joined(renderJson(result));

    expect(Object.keys(JSON.parse(json) as object)).toEqual([
      'run',
      'command',
      'dryRun',
      'bulkChangeIds',
      'validation',
      'summary',
      'rows',
      'exitCode',
      'next',
    ]);
    // Not *.json: the formatter would write it anew.
    expectGolden('result.json.txt', json);
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

    const published = z.fromJSONSchema(
      JSON.parse(readFileSync('schema/events.schema.json', 'utf8')) as Parameters<typeof z.fromJSONSchema>[0],
    );
    for (const text of lines) expect(() => published.parse(JSON.parse(text)), text).not.toThrow();
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(eventTypes()));
    expectGolden('events.jsonl', lines.join(''));
  });

  test('the schema that ships is the one that is checked', () => {
    const path = 'schema/events.schema.json';
    const generated = JSON.stringify(eventJsonSchema());
    // Whatever the formatter makes of its lines.
    const published = (): string => JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
    if (process.env['UPDATE_GOLDEN'] === '1' && published() !== generated) writeFileSync(path, `${generated}\n`);

    expect(published()).toBe(generated);
  });

  test('the schema and the type of events are one', () => {
    type Envelope = { readonly v: 1; readonly ts: string; readonly run: string; readonly seq: number };

    expectTypeOf<Envelope & RunEvent>().toExtend<z.input<typeof eventSchema>>();
    expectTypeOf<z.output<typeof eventSchema>>().toExtend<Envelope & RunEvent>();
  });
});

/** Every type of event that the schema knows. */
function eventTypes(): readonly string[] {
  const variant = z.object({ properties: z.object({ type: z.object({ const: z.string() }) }) });
  const { oneOf } = z.object({ oneOf: z.array(variant) }).parse(eventJsonSchema());
  return oneOf.map(({ properties }) => properties.type.const);
}
