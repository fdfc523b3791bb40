import { describe, expect, test } from 'vitest';

import { widthOf } from '../../../src/cli/render/plain.ts';
import { renderTable } from '../../../src/cli/render/result-table.ts';
import type { RowResult } from '../../../src/domain/result.ts';
import { expectGolden } from '../../golden.ts';
import { eachOf, SAMPLE_ROWS, sampleResult, sampleRow } from '../sample-result.ts';
import { fakeTerminal } from '../streams.ts';

const linesOfTable = (text: string): readonly string[] => text.split('\n').filter((line) => /^[│┌└|+]/.test(line));

// oxlint-disable-next-line no-control-regex
const withoutColour = (text: string): string => text.replaceAll(/\u001B\[\d+m/g, '');

describe('P9: the table is stable', () => {
  test.each([80, 200])('on a terminal of %i columns, without and with colour', async (columns) => {
    const bare = fakeTerminal({ outTty: true, columns, env: { NO_COLOR: '1' } }).terminal;
    const coloured = fakeTerminal({ outTty: true, columns }).terminal;

    const text = await renderTable(sampleResult(), bare);
    const painted = await renderTable(sampleResult(), coloured);

    expectGolden(`table-${columns}.txt`, text);
    expectGolden(`table-${columns}-colour.txt`, painted);
    expect(withoutColour(painted)).toBe(text);
    expect(painted).not.toBe(text);
  });

  test('off a terminal: 200 columns of ASCII', async () => {
    const piped = fakeTerminal().terminal;

    const text = await renderTable(sampleResult(), piped);

    expectGolden('table-plain.txt', text);
    expect(text).toMatch(/^[\n -~]+$/);
  });
});

describe('what a table never does', () => {
  test.each([60, 80, 100, 120, 200])('it is never wider than %i columns', async (columns) => {
    const { terminal } = fakeTerminal({ outTty: true, columns, env: { NO_COLOR: '1' } });

    const lines = linesOfTable(await renderTable(sampleResult(), terminal));

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  });

  test.each([20, 80, 200])('at %i columns it shortens no ICCID and no status', async (columns) => {
    const { terminal } = fakeTerminal({ outTty: true, columns, env: { NO_COLOR: '1' } });

    const lines = linesOfTable(await renderTable(sampleResult(), terminal));

    for (const { iccid, status } of SAMPLE_ROWS) {
      expect(lines.filter((line) => line.includes(` ${iccid} `) && line.includes(` ${status} `))).toHaveLength(1);
    }
  });

  test('it passes no control character of a carrier or a list on to the terminal', async () => {
    const evil = '\u001B]0;title\u0007\u001B[2J\r\nx\u009B31m';
    const row: RowResult = { ...sampleRow('FAILED', 0), message: evil, iccid: evil, provider: evil, after: { plan: evil } };
    const { terminal } = fakeTerminal({ outTty: true, columns: 200, env: { NO_COLOR: '1' } });

    const text = await renderTable(sampleResult({ warnings: [evil] }, [row]), terminal);

    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('it is not widened by what is no ICCID', async () => {
    const row = { ...sampleRow('REJECTED', 1), iccid: `no\nICCID ${'z'.repeat(300)}` };
    const { terminal } = fakeTerminal({ outTty: true, columns: 80, env: { NO_COLOR: '1' } });

    const lines = linesOfTable(await renderTable(sampleResult({}, [row]), terminal));

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test.each([60, 80, 200])('wide characters do not make it wider than %i columns', async (columns) => {
    const name = '日本データ通信';
    const row: RowResult = { ...sampleRow('FAILED', 0), provider: name, message: `${name.repeat(9)} e\u0301` };
    const { terminal } = fakeTerminal({ outTty: true, columns, env: { NO_COLOR: '1' } });

    const lines = linesOfTable(await renderTable(sampleResult({}, [row]), terminal));

    expect(new Set(lines.map(widthOf)).size).toBe(1);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
  });

  test('it has at most 200 rows, failures first, and says how to see the rest', async () => {
    const rows = [...Array.from({ length: 400 }, (_, index) => sampleRow('APPLIED', index)), sampleRow('FAILED', 400)];
    const { terminal } = fakeTerminal();

    const text = await renderTable(sampleResult({}, rows), terminal);

    const lines = linesOfTable(text).filter((line) => line.includes('8988303'));
    expect(lines).toHaveLength(200);
    expect(lines[0]).toContain('FAILED');
    expect(text).toContain('and 201 more rows: --output csv, or --results DIR, has them all');
  });
});

describe('what stands under the table', () => {
  const { terminal } = fakeTerminal();

  test('the totals name every status that there is, and add up', async () => {
    const text = await renderTable(sampleResult(), terminal);

    const counts = /^11 rows: (.+) \(/m.exec(text)?.[1]?.split(', ') ?? [];
    expect(new Set(counts.map((count) => count.split(' ')[0]))).toEqual(new Set(SAMPLE_ROWS.map(({ status }) => status)));
    expect(counts.reduce((sum, count) => sum + Number(count.split(' ')[1]), 0)).toBe(11);
  });

  test('one row is one row, one bulk change is one', async () => {
    const text = await renderTable(sampleResult({ bulkChangeIds: ['4711'] }, [sampleRow('APPLIED', 0)]), terminal);

    expect(text).toContain('1 row: APPLIED 1');
    expect(text).toContain('Bulk change 4711 (run');
  });

  test('the pace is that of rows that were worked at, not of all', async () => {
    const stopped = await renderTable(sampleResult({ rowCount: 100, seconds: 5, settled: 6 }), terminal);
    const looked = await renderTable(sampleResult({ rowCount: 100, seconds: 5, settled: 0 }), terminal);

    expect(stopped).toContain('(5.0 s, 1.2/s)');
    expect(looked).toContain('(5.0 s)');
  });

  test('a dry run says that nothing was changed, and no pace', async () => {
    const text = await renderTable(sampleResult({ dryRun: true, settled: 0 }), terminal);

    expect(text).toContain('dry run, nothing was changed');
    expect(text).not.toContain('/s)');
  });

  test('without rows, ids, files and a next command only the totals are left', async () => {
    const text = await renderTable(sampleResult({ bulkChangeIds: [], warnings: [], files: [], next: null, seconds: 0.1 }, []), terminal);

    expect(text).toBe('0 rows (0.1 s)\n');
  });

  test('failures are grouped by cause, the most frequent first, with an example', async () => {
    const timeout: RowResult = {
      ...sampleRow('UNKNOWN', 3),
      message: 'no answer',
      error: { code: 'TIMEOUT', class: 'transient', retryable: true, http: null, message: 'no answer', hint: null },
    };
    const rows = [timeout, sampleRow('FAILED', 4), sampleRow('FAILED', 5)];

    const text = await renderTable(sampleResult({ rows: () => eachOf(rows) }, rows), terminal);

    const causes = text.split('\n').filter((line) => / x \d+: /.test(line));
    expect(causes).toEqual([
      'FAILED HTTP_400 x 2: SIM is not allowed - ask POND (line 6, 8988303000000000004)',
      'UNKNOWN TIMEOUT x 1: no answer (line 5, 8988303000000000003)',
    ]);
  });
});

test('of several providers each has its own totals, also where there is no room for their column', async () => {
  const { terminal } = fakeTerminal({ outTty: true, columns: 80, env: { NO_COLOR: '1' } });
  const rows = (['APPLIED', 'FAILED', 'APPLIED'] as const).map((status, index) => ({
    ...sampleRow(status, index),
    provider: index === 2 ? 'Teal Sandbox' : 'POND Sandbox',
  }));

  const mixed = await renderTable(sampleResult({}, rows), terminal);
  const alone = await renderTable(sampleResult({}, rows.slice(0, 2)), terminal);

  expect(mixed).toContain('\n  POND Sandbox: APPLIED 1, FAILED 1\n  Teal Sandbox: APPLIED 1\n');
  expect(alone).not.toContain('POND Sandbox: ');
});
