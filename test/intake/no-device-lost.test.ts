import { describe, expect, test } from 'vitest';

import { A, B, C, listOf, longList, readAll, readText, where } from './read.ts';

describe('the first record that is read is broken', () => {
  test('the first line of a list', async () => {
    const { rows } = await readText(`"${A}\n${B}\n`);

    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [2, B, null],
    ]);
  });

  test.each([1000, 64 * 1024])('far inside a list that arrives in chunks of %i bytes', async (chunk) => {
    const { rows } = await readAll(listOf(longList(), chunk));

    expect(rows).toHaveLength(13_001);
  });

  test('two broken lines, one after the other', async () => {
    const { rows } = await readText(`iccid,note\n${A},${'x'.repeat(70_000)}\n${B},${'x'.repeat(70_000)}\n${C},y\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, null, 'ROW_MALFORMED'],
      [4, C, null],
    ]);
  });
});

describe('no device is lost without a word', () => {
  test.each([
    ['a quote that is not closed, above a quoted cell', `iccid,note\n${A},"open\n${B},"fine"\n${C},x\n`],
    ['above a quote inside a cell', `iccid,note\n${A},"open\n${B},5" pipe\n${C},x\n`],
  ])('%s', async (_name, text) => {
    const { rows } = await readText(text);

    expect(rows.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  test('--column NUMBER of a list without a header, when a cell of its first line is that number', async () => {
    const { rows } = await readText(`1,${A}\n2,${B}\n`, 'customer=1', 'iccid=2');

    expect(rows.map(where)).toEqual([
      [1, A, null],
      [2, B, null],
    ]);
  });
});

describe('lines are those of the file', () => {
  test('behind a CRLF inside a cell', async () => {
    const { rows } = await readText(`iccid,note\r\n${A},"one\r\ntwo"\r\n${B},x\r\n`);

    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
  });

  test('in the message about a header below blank lines', async () => {
    await expect(readText('\n\ncard,note\n')).rejects.toThrow('list.csv, line 3');
  });
});

describe('the dialect is told rightly', () => {
  test('semicolons, with as many commas in free text', async () => {
    const { columns } = await readText(`iccid;note\n${A};Gate 1, north, left\n`);

    expect(columns).toEqual(['iccid', 'note']);
  });

  test('one column, damaged with a decimal comma', async () => {
    const { rows } = await readText(`iccid\n8,94E+18\n`);

    expect(rows.map(where)).toEqual([[2, null, 'ICCID_DAMAGED']]);
  });

  test('Windows-1252 with its first umlaut behind 64 KiB', async () => {
    const bytes = Buffer.from(`iccid,note\n${`${A},x\n`.repeat(4000)}${B},Müller\n`, 'latin1');

    const { rows } = await readAll(listOf(bytes, 64 * 1024));

    expect(rows.at(-1)?.cells).toEqual([B, 'Müller']);
  });
});
