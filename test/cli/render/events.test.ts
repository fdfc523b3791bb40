import { describe, expect, test } from 'vitest';

import { eventSchema } from '../../../src/cli/render/event-schema.ts';
import { createEventWriter } from '../../../src/cli/render/events.ts';
import { rowObject } from '../../../src/cli/render/result-json.ts';
import type { RunEvent } from '../../../src/domain/event.ts';
import { SAMPLE_ROWS, sampleRow } from '../sample-result.ts';

const { line, iccid, before, after } = sampleRow('APPLIED', 1);

/** Samples of every event; a type that is missing here is an error of the compiler. */
const SAMPLES: { readonly [Type in RunEvent['type']]: readonly (RunEvent & { readonly type: Type })[] } = {
  'run.start': [
    {
      type: 'run.start',
      command: 'change-rate-plan',
      dryRun: false,
      rows: 11,
      bulkChangeIds: ['4711'],
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
    message: `POST x: ${state}`,
  })),
  'row.result': SAMPLE_ROWS.map((row) => ({ type: 'row.result', ...rowObject(row) })),
  throttle: [{ type: 'throttle', account: 'POND', waitMs: 1000.5, reason: 'too many calls' }],
  gate: [{ type: 'gate', provider: 'POND', rule: 'auth', message: 'refused' }],
  warning: [{ type: 'warning', message: 'w' }],
  progress: [{ type: 'progress', finished: 1, rows: 2, perSecond: 1.5 }],
  'run.end': [{ type: 'run.end', byStatus: { APPLIED: 1 }, seconds: 1.5, exitCode: 0, next: null }],
};

const EVENTS: readonly RunEvent[] = Object.values(SAMPLES).flat();

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

    expect(checked.error).toBeUndefined();
    // Nothing that the schema does not know.
    expect(checked.data).toEqual(JSON.parse(text));
  });
});

describe('every line of jsonl', () => {
  test('is one line, whatever a message holds', () => {
    const lines = written([{ type: 'warning', message: 'a\nb\r\u2028c' }]);

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n\r]+\n$/);
  });

  test('counts from 1 without gaps and names its run', () => {
    const envelopes = written(EVENTS).map((text) => JSON.parse(text) as Record<string, unknown>);

    expect(envelopes.map(({ seq }) => seq)).toEqual(EVENTS.map((_, index) => index + 1));
    expect(new Set(envelopes.map(({ v, run, ts }) => `${String(v)} ${String(run)} ${String(ts)}`))).toEqual(
      new Set(['1 run-1 2026-11-21T00:00:00.000Z']),
    );
  });
});

test.each([
  ['a status that there is none', { type: 'row.result', ...rowObject(sampleRow('APPLIED', 1)), status: 'DONE' }],
  ['an ICCID that is a number', { type: 'row.planned', line, iccid: 8_988_303, provider: 'POND', before, after }],
  ['a type that there is none', { type: 'row.lost' }],
  ['an event without its message', { type: 'warning' }],
])('the schema refuses %s', (_name, event) => {
  const checked = eventSchema.safeParse({ v: 1, ts: '2026-11-21T00:00:00.000Z', run: 'r', seq: 1, ...event });

  expect(checked.success).toBe(false);
});
