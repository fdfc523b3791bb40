import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { eventJsonSchema, eventSchema } from '../../../src/cli/render/event-schema.ts';
import { createEventWriter } from '../../../src/cli/render/events.ts';
import { rowObject } from '../../../src/cli/render/result-json.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { expectGolden } from '../../golden.ts';
import { SAMPLE_ROWS, sampleRow } from '../sample-result.ts';

const { line, iccid, before, after } = sampleRow('APPLIED', 1);

/** Samples of every event; a type that is missing here is an error of the compiler. */
const SAMPLES: { readonly [Type in RunEvent['type']]: readonly (RunEvent & { readonly type: Type })[] } = {
  'run.start': [
    {
      type: 'run.start',
      command: 'change-rate-plan',
      dryRun: false,
      rows: 1,
      bulkChangeIds: ['1'],
      operator: 'me',
      environment: 'sandbox',
    },
  ],
  'row.planned': [
    { type: 'row.planned', line, iccid, provider: 'POND', before, after },
    { type: 'row.planned', line, iccid, provider: 'POND', before: null, after: { siteId: 21, customerRatePoolId: null } },
  ],
  'row.step': (['intent', 'answer', 'failed', 'read-back'] as const).map((state) => ({
    type: 'row.step',
    line,
    iccid,
    category: 'api',
    step: 'add package',
    state,
    message: 'POST x',
  })),
  'row.result': SAMPLE_ROWS.map((row) => ({ type: 'row.result', ...rowObject(row) })),
  'row.drift': [
    { carrier: { plan: 'POND-5GB' }, database: null, differs: 'database', fix: 'safe' } as const,
    { carrier: { packageTypeId: '101, 105' }, database: { plan: 'POND-5GB', commPlan: null }, differs: 'carrier', fix: 'no' } as const,
    { carrier: { plan: 'POND-1GB' }, database: { plan: null }, differs: 'both', fix: 'no' } as const,
    { carrier: null, database: null, differs: 'unread', fix: 'done' } as const,
  ].map((drift) => ({
    type: 'row.drift',
    line,
    iccid,
    phoneNumber: null,
    provider: 'POND',
    bulkChangeId: '1',
    wrote: { plan: 'POND-5GB' },
    message: 'm',
    ...drift,
  })),
  throttle: [1000, 1000.5].map((waitMs) => ({ type: 'throttle', account: 'POND', waitMs, reason: 'too many calls' })),
  gate: [{ type: 'gate', provider: 'POND', rule: 'auth', message: 'refused', stops: true }],
  warning: [{ type: 'warning', message: 'w' }],
  progress: [{ type: 'progress', finished: 1, rows: 2, perSecond: 1.5 }],
  'run.end': [{ type: 'run.end', byStatus: { APPLIED: 1 }, seconds: 1.5, exitCode: 0, next: null }],
};

const EVENTS: readonly RunEvent[] = Object.values(SAMPLES).flat();

/** The first sample of each type, and a result of every status. */
const TYPICAL: readonly RunEvent[] = Object.values(SAMPLES).flatMap((samples) =>
  samples.filter(({ type }, index) => type === 'row.result' || index === 0),
);

/** As whoever reads the events has it. */
const published = z.fromJSONSchema(JSON.parse(readFileSync('schema/events.schema.json', 'utf8')) as Parameters<typeof z.fromJSONSchema>[0]);

function written(events: readonly RunEvent[]): readonly string[] {
  const lines: string[] = [];
  const write = createEventWriter(
    'run-1',
    (text) => lines.push(text),
    () => Date.UTC(2026, 10, 21),
  );
  events.forEach(write);
  return lines;
}

describe('P9: events are stable', () => {
  test.each(written(EVENTS).map((text) => [(JSON.parse(text) as RunEvent).type, text]))('%s keeps the published schema', (_type, text) => {
    const checked = eventSchema.safeParse(JSON.parse(text));
    const checkedByOthers = published.safeParse(JSON.parse(text));

    expect([checked.error, checkedByOthers.error]).toEqual([undefined, undefined]);
    // Nothing that the schema does not know.
    expect(checked.data).toEqual(JSON.parse(text));
  });

  test('there is a sample of every type that the schema knows', () => {
    const variant = z.object({ properties: z.object({ type: z.object({ const: z.string() }) }) });
    const { oneOf } = z.object({ oneOf: z.array(variant) }).parse(eventJsonSchema());

    expect(new Set(oneOf.map(({ properties }) => properties.type.const))).toEqual(new Set(Object.keys(SAMPLES)));
  });
});

describe('every line of jsonl', () => {
  test('is one line, whatever a message holds', () => {
    const lines = written([{ type: 'warning', message: 'a\nb\r\u2028c' }]);

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n\r]+\n$/);
  });

  test('counts from 1 without gaps and names its run', () => {
    const lines = written(EVENTS);

    expectGolden('events.jsonl', written(TYPICAL).join(''));
    const envelopes = lines.map((text) => JSON.parse(text) as Record<string, unknown>);

    expect(envelopes.map(({ seq }) => seq)).toEqual(EVENTS.map((_, index) => index + 1));
    expect(new Set(envelopes.map(({ v, run, ts }) => `${String(v)} ${String(run)} ${String(ts)}`))).toEqual(
      new Set(['1 run-1 2026-11-21T00:00:00.000Z']),
    );
  });
});
