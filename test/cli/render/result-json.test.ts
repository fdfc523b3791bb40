import { describe, expect, test } from 'vitest';

import { renderJson, rowObject } from '../../../src/cli/render/result-json.ts';
import { expectGolden } from '../../golden.ts';
import { joined, SAMPLE_ROWS, sampleResult } from '../sample-result.ts';

describe('P9: the JSON document is stable', () => {
  test('it parses, and has the members of the contract in their order', async () => {
    const text = await joined(renderJson(sampleResult()));

    // Not *.json: the formatter would write it anew.
    expectGolden('result.json.txt', text);
    const document = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual([
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
    expect(document['rows']).toEqual(SAMPLE_ROWS.map(rowObject));
  });

  test('without rows it parses too', async () => {
    const document: unknown = JSON.parse(await joined(renderJson(sampleResult({}, []))));

    expect(document).toMatchObject({ summary: { rows: 0, byStatus: {} }, rows: [] });
  });
});

test('ICCIDs and ids are text: no digit is lost', async () => {
  const text = await joined(renderJson(sampleResult()));

  for (const { iccid } of SAMPLE_ROWS) expect(text).toContain(`"iccid":"${iccid}"`);
  expect(text).toContain('"bulkChangeIds":["4711","4712"]');
});

test('a row is written as it is made: none is kept', async () => {
  let made = 0;
  const result = sampleResult({
    rows: async function* rows() {
      for (const row of SAMPLE_ROWS) {
        made += 1;
        yield row;
      }
    },
  });

  const parts = renderJson(result);
  await parts.next();
  await parts.next();

  expect(made).toBe(1);
});

test('a row leaves the cells of the list out', () => {
  const [row] = SAMPLE_ROWS;

  expect(row === undefined ? {} : rowObject(row)).not.toHaveProperty('cells');
});
