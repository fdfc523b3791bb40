import { describe, expect, test } from 'vitest';

import { A, B, C, listOf, readAll, readText, where } from './read.ts';

describe('what is no text is told line by line', () => {
  test('a NUL costs its own line', async () => {
    const { rows } = await readText(`iccid,note\n${A},a\0b\n${B},x\n`);

    expect(rows.map(where)).toEqual([
      [2, null, 'ROW_MALFORMED'],
      [3, B, null],
    ]);
    expect(rows[0]).toMatchObject({ key: `${A},a\ufffdb`, problem: { message: 'The line cannot be read: it holds NUL bytes' } });
  });

  test('a file of nothing but broken lines is no list', async () => {
    await expect(readText(`a\0b\n`.repeat(1001))).rejects.toMatchObject({
      kind: 'input',
      code: 'LIST_MALFORMED',
      message: expect.stringContaining('a spreadsheet saved "as CSV"'),
    });
  });

  test('a few broken lines and nothing else are rows with problems', async () => {
    const { rows } = await readText(`"${A}\n"${B}`);

    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [2, null, 'ROW_MALFORMED'],
    ]);
  });

  test('the first line that can be read tells the columns', async () => {
    const { columns, rows } = await readText(`"a title\niccid,note\n${A},x\n`);

    expect(columns).toEqual(['iccid', 'note']);
    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [3, A, null],
    ]);
  });

  test('control characters of a file that is no list stay out of the message', async () => {
    await expect(readText('\u001b[2Jx,y\n')).rejects.toThrow('found "\ufffd[2Jx", "y"');
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

describe('damaged text', () => {
  test('a Windows-1252 letter at the very end of a chunk is kept', async () => {
    const before = `iccid,note\n${`${A},x\n`.repeat(3000)}`;
    const bytes = Buffer.from(`${before}Käfer,x\n`, 'latin1');

    const { rows } = await readAll(listOf(bytes, before.length + 2));

    expect(rows.at(-1)?.cells).toEqual(['Käfer', 'x']);
  });

  test('a wrong byte in a list that was UTF-8 so far leaves the other letters alone', async () => {
    const text = Buffer.from(`iccid,note\n${`${A},Müller\n`.repeat(3000)}`);
    const damaged = Buffer.concat([text, Buffer.from(`${B},S`), Buffer.of(0xff), Buffer.from(`hne\n${C},Jörg\n`)]);

    const { rows } = await readAll(listOf(damaged, text.length));

    expect(rows.slice(-3).map(({ cells }) => cells[1])).toEqual(['Müller', 'S\ufffdhne', 'Jörg']);
  });
});

describe('phone numbers are read, never guessed', () => {
  test.each([
    ['4.91701E+11', 'ICCID_DAMAGED', 'its digits are lost'],
    ['491701234567.0', 'ICCID_DAMAGED', 'its digits are lost'],
    ['5550100001 old', 'ICCID_MALFORMED', 'digits only'],
  ])('%s is refused', async (cell, code, hint) => {
    const { rows } = await readText(`MSISDN,note\n${cell},x\n`);

    expect(rows).toMatchObject([{ iccid: null, phoneNumber: null, key: cell, problem: { code, column: 'MSISDN' } }]);
    expect(rows[0]?.problem?.hint).toContain(hint);
  });

  test('a damaged one beside an ICCID is left out', async () => {
    const { rows } = await readText(`iccid,MSISDN\n${A},4.91701E+11\n`);

    expect(rows).toMatchObject([{ iccid: A, phoneNumber: null, problem: null }]);
  });
});

describe('columns are never guessed', () => {
  test('two columns of the same name are told apart by their number', async () => {
    const text = `iccid,plan,Plan\n${A},X,Y\n`;

    const byNumber = await readText(text, 'plan=3');
    const byExactName = await readText(text, 'plan=Plan');

    expect([byNumber.rows[0]?.values, byExactName.rows[0]?.values]).toEqual([{ plan: 'Y' }, { plan: 'Y' }]);
    await expect(readText(text)).rejects.toMatchObject({ code: 'COLUMN_AMBIGUOUS', message: expect.stringContaining('"plan=3"') });
    await expect(readText(text, 'plan=PLAN')).rejects.toMatchObject({
      code: 'COLUMN_AMBIGUOUS',
      message: expect.stringContaining('columns 2 and 3 both are "PLAN"'),
    });
  });

  test('a column that is given to one key is not taken for another by its name', async () => {
    const { rows } = await readText(`iccid,plan\n${A},4712\n`, 'customer=plan');

    expect(rows[0]?.values).toEqual({ customer: '4712' });
  });

  test('more cells than the first line of a list without a header', async () => {
    const { rows } = await readText(`${A},x\n${B},y,z\n`, 'iccid=1');

    expect(rows[1]?.problem?.message).toBe('The line has 3 cells, the first line has 2');
  });

  test('free text full of commas makes no comma the delimiter', async () => {
    const { rows } = await readText(`${A};Gate 1, north, left\n${B};Gate 2\n`, 'iccid=1');

    expect(rows.map(({ cells }) => cells)).toEqual([
      [A, 'Gate 1, north, left'],
      [B, 'Gate 2'],
    ]);
  });
});
