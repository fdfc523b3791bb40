import { describe, expect, test } from 'vitest';

import { brief, readText as read } from './read.ts';

const A = '8988303000000000005';
const B = '89883030000000000015';

describe('a list is read whatever wrote it', () => {
  const dialects: readonly (readonly [string, string | Buffer])[] = [
    ['commas', `iccid,plan\n${A},X\n`],
    ['semicolons and CRLF', `iccid;plan\r\n${A};X\r\n`],
    ['tabs and CR', `iccid\tplan\r${A}\tX\r`],
    ['a BOM', `\ufefficcid,plan\n${A},X\n`],
    ['UTF-16 LE', Buffer.from(`\ufefficcid,plan\n${A},X\n`, 'utf16le')],
    ['UTF-16 BE', Buffer.from(`\ufefficcid,plan\n${A},X\n`, 'utf16le').swap16()],
    ['UTF-16 without a BOM', Buffer.from(`iccid,plan\n${A},X\n`, 'utf16le')],
    ['quotes', `"iccid","plan"\n"${A}","X"\n`],
    ['other header names', `SIM Number,Carrier_Rate-Plan\n${A},X\n`],
    ['spaces, dashes and a trailing F', `iccid,plan\n ${A.slice(0, 4)} ${A.slice(4, 8)}-${A.slice(8)}F , X \n`],
    ['the apostrophe that keeps spreadsheets away', `iccid,plan\n'${A},'X\n`],
  ];
  test.each(dialects)('%s', async (_name, bytes) => {
    const { rows } = await read(bytes);

    expect(rows.map(brief)).toEqual([[2, A, { plan: 'X' }, null]]);
  });

  test('Windows-1252 text is kept', async () => {
    const { rows } = await read(Buffer.from(`iccid,name\n${A},M\u00fcller`, 'latin1'));

    expect(rows[0]?.cells).toEqual([A, 'Müller']);
  });

  test('without a header: one column, or by number', async () => {
    expect((await read(`${A}\n${B}\n`)).rows.map(brief)).toEqual([
      [1, A, {}, null],
      [2, B, {}, null],
    ]);
    expect((await read(`x,${A}\ny,${B}\n`, 'iccid=2', 'customer=1')).rows.map(brief)).toEqual([
      [1, A, { customer: 'x' }, null],
      [2, B, { customer: 'y' }, null],
    ]);
  });

  test('lines are those of the file, across blank lines and cells of several lines', async () => {
    const { rows } = await read(`iccid,note\n\n${A},"one\ntwo\nthree"\n\n${B},x\n`);

    expect(rows.map(({ line }) => line)).toEqual([3, 7]);
  });
});

describe('a wrong line is a row with a problem, and the others are read', () => {
  test.each([
    ['8.94E+18', 'ICCID_DAMAGED'],
    ['89883', 'ICCID_MALFORMED'],
    ['not a number', 'ICCID_MALFORMED'],
    ['', 'ICCID_MISSING'],
  ])('%s is %s', async (cell, code) => {
    const { rows } = await read(`iccid,note\n${cell},x\n${A},y\n`);

    expect(rows.map((row) => row.problem?.code ?? null)).toEqual([code, null]);
  });

  test('a quote that is never closed costs its own line only', async () => {
    const { rows } = await read(`iccid,note\n${A},"open\n${B},x\n`);

    expect(rows.map(brief)).toEqual([
      [2, null, {}, 'ROW_MALFORMED'],
      [3, B, {}, null],
    ]);
  });

  test('too many cells, and a date that is none', async () => {
    const { rows } = await read(`iccid,effective date\n${A},2026-12-01,x\n${B},2026-02-30\n`);

    expect(rows.map(({ problem }) => problem?.code)).toEqual(['ROW_MALFORMED', 'EFFECTIVE_DATE_MALFORMED']);
  });
});

test.each([
  ['', 'EMPTY_LIST'],
  ['\n\n', 'EMPTY_LIST'],
  ['a,b\n1,2\n', 'NO_ICCID_COLUMN'],
  ['iccid,sim\n1,2\n', 'COLUMN_AMBIGUOUS'],
])('a list nobody can read is refused: %j', async (text, code) => {
  await expect(read(text)).rejects.toMatchObject({ kind: 'input', code });
});
