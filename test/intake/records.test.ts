import { describe, expect, test } from 'vitest';

import { A, B, C, listOf, longList, readAll, readText, where } from './read.ts';

describe('a broken line is told with its number, and the lines after it are read', () => {
  test.each([
    ['in the middle', `iccid,note\n${A},"open\n${B},x\n${C},y\n`, 2],
    ['with CRLF', `iccid,note\r\n${A},"open\r\n${B},x\r\n${C},y\r\n`, 2],
    ['with CR', `iccid,note\r${A},"open\r${B},x\r${C},y\r`, 2],
    ['with semicolons', `iccid;note\n${A};"open\n${B};x\n${C};y\n`, 2],
    ['after blank lines', `iccid,note\n\n\n${A},"open\n${B},x\n${C},y\n`, 4],
  ])('a quote that is never closed, %s', async (_name, text, line) => {
    const { rows } = await readText(text);

    expect(rows.map(where)).toEqual([
      [line, null, 'ROW_MALFORMED'],
      [line + 1, B, null],
      [line + 2, C, null],
    ]);
    expect(rows[0]).toMatchObject({
      key: expect.stringContaining(A),
      problem: { message: expect.stringContaining('a quote is opened and never closed') },
    });
    expect(rows[0]?.values).toEqual({});
  });

  test('a quote that is never closed on the last line, without a line end', async () => {
    const { rows } = await readText(`iccid,note\n${A},x\n${B},"open`);

    expect(rows.map(where)).toEqual([
      [2, A, null],
      [3, null, 'ROW_MALFORMED'],
    ]);
  });

  test.each([1000, 64 * 1024, Number.MAX_SAFE_INTEGER])(
    'far inside a long list, in chunks of %i bytes, no line is lost or read twice',
    async (chunk) => {
      const { rows } = await readAll(listOf(longList(), chunk));

      expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: 13_001 }, (_, index) => index + 2));
      expect(rows.filter(({ problem }) => problem !== null).map(where)).toEqual([[5002, null, 'ROW_MALFORMED']]);
      expect(rows.filter(({ iccid }) => iccid === A)).toHaveLength(5000);
      expect(rows.filter(({ iccid }) => iccid === B)).toHaveLength(8000);
    },
  );

  test('a line of more than 64 KiB', async () => {
    const { rows } = await readText(`iccid,note\n${A},${'x'.repeat(70_000)}\n${B},y\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, B, null],
    ]);
    expect(rows[0]?.cells.join('').length).toBeLessThanOrEqual(500);
  });

  test('two broken lines, one after the other', async () => {
    const { rows } = await readText(`iccid,note\n${A},${'x'.repeat(70_000)}\n${B},${'x'.repeat(70_000)}\n${C},y\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, null, 'ROW_MALFORMED'],
      [4, C, null],
    ]);
  });

  test('a stray quote is a problem of its line: it might hide those after it', async () => {
    const { rows } = await readText(`iccid,note\n${A},5" pipe\n${B},"said ""go"""\n`);

    expect(rows.map(({ problem }) => problem?.code ?? null)).toEqual(['ROW_MALFORMED', null]);
    expect(rows[1]?.cells[1]).toBe('said "go"');
  });

  test('a NUL costs its own line', async () => {
    const { rows } = await readText(`iccid,note\n${A},a\0b\n${B},x\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, B, null],
    ]);
    expect(rows[0]).toMatchObject({ key: `${A},a\ufffdb`, problem: { message: 'The line cannot be read: it holds NUL bytes' } });
  });

  test.each([
    ['above a quoted cell', `iccid,note\n${A},"open\n${B},"fine"\n${C},x\n`],
    ['above a quote inside a cell', `iccid,note\n${A},"open\n${B},5" pipe\n${C},x\n`],
  ])('a quote that is never closed, %s, hides no line', async (_name, text) => {
    const { rows } = await readText(text);

    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe('lines without an end are given up', () => {
  test.each([1000, 64 * 1024, 10_000_000])('in chunks of %i bytes', async (chunk) => {
    const endless = `${B},${'x'.repeat(1_000_000)}`;

    const { rows } = await readAll(listOf(`iccid,note\n${A},x\n${endless}\n${C},y\n`, chunk));

    expect(rows.map(where)).toEqual([
      [2, A, null],
      [3, null, 'ROW_MALFORMED'],
      [4, C, null],
    ]);
    expect(rows[1]?.problem?.message).toBe('The line cannot be read: it is longer than 64 KiB');
  });

  test('at the end of the list', async () => {
    const { rows } = await readAll(listOf(`iccid\n${A}\n${'8'.repeat(1_000_000)}`, 1000));

    expect(rows.map(where)).toEqual([
      [2, A, null],
      [3, null, 'ROW_MALFORMED'],
    ]);
  });
});

describe('lines are those of the file', () => {
  test('across blank lines and cells of several lines', async () => {
    const { rows } = await readText(`iccid,note\n\n${A},"one\ntwo\nthree"\n\n${B},x\n`);

    expect(rows.map(({ line }) => line)).toEqual([3, 7]);
  });

  test('behind a CRLF inside a cell', async () => {
    const { rows } = await readText(`iccid,note\r\n${A},"one\r\ntwo"\r\n${B},x\r\n`);

    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
  });
});
