import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';

import { eventJsonSchema, eventSchema } from '../../../src/cli/render/event-schema.ts';
import { rowObject } from '../../../src/cli/render/result-json.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { sampleRow } from '../sample-result.ts';

describe('P9: the published schema of events', () => {
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

const { line, before, after } = sampleRow('APPLIED', 1);

test.each([
  ['a status that there is none', { type: 'row.result', ...rowObject(sampleRow('APPLIED', 1)), status: 'DONE' }],
  ['an ICCID that is a number', { type: 'row.planned', line, iccid: 8_988_303, provider: 'POND', before, after }],
  ['a type that there is none', { type: 'row.lost' }],
  ['an event without its message', { type: 'warning' }],
])('the schema refuses %s', (_name, event) => {
  const checked = eventSchema.safeParse({ v: 1, ts: '2026-11-21T00:00:00.000Z', run: 'r', seq: 1, ...event });

  expect(checked.success).toBe(false);
});
