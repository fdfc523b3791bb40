import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { openListFile } from '../../src/intake/read-list.ts';
import { A, B, brief, readAll, readText, where } from './read.ts';

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
    const { rows } = await readText(bytes);

    expect(rows.map(brief)).toEqual([[2, A, { plan: 'X' }, null]]);
  });

  test('Windows-1252 text is kept', async () => {
    const { rows } = await readText(Buffer.from(`iccid,name\n${A},M\u00fcller`, 'latin1'));

    expect(rows[0]?.cells).toEqual([A, 'Müller']);
  });
});

describe('the first record that can be read tells the columns', () => {
  test('a title that is broken', async () => {
    const { columns, rows } = await readText(`"a title\niccid,note\n${A},x\n`);

    expect(columns).toEqual(['iccid', 'note']);
    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [3, A, null],
    ]);
  });

  test('a device on the first line that is broken', async () => {
    const { rows } = await readText(`"${A}\n${B}\n`);

    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [2, B, null],
    ]);
  });

  test('a few broken lines and nothing else are rows with problems', async () => {
    const { rows } = await readText(`"${A}\n"${B}`);

    expect(rows.map(where)).toEqual([
      [1, null, 'ROW_MALFORMED'],
      [2, null, 'ROW_MALFORMED'],
    ]);
  });

  test('a file of nothing but broken lines is no list', async () => {
    await expect(readText(`a\0b\n`.repeat(1001))).rejects.toMatchObject({
      kind: 'input',
      code: 'LIST_MALFORMED',
      message: expect.stringContaining('a spreadsheet saved "as CSV"'),
    });
  });
});

describe('a list that nobody can read ends with what is wrong and what to do', () => {
  test.each([
    ['a file that is not there', 'fixtures/csv/nowhere.csv', 'there is no such file or folder'],
    ['a folder', 'fixtures/csv', 'it is a folder'],
  ])('%s', (_name, path, reason) => {
    const opened = () => openListFile(path);

    expect(opened).toThrow(PondBulkError);
    expect(opened).toThrow(
      expect.objectContaining({ kind: 'config', code: 'LIST_UNREADABLE', message: `The list ${path} cannot be read: ${reason}` }),
    );
  });

  test.each<[string, string | Uint8Array]>([
    ['no bytes', ''],
    ['a BOM alone', '\ufeff'],
    ['a UTF-16 BOM alone', Uint8Array.of(0xff, 0xfe)],
    ['line ends alone', '\n\n'],
    ['blank lines', '\n\r\n \t\n'],
    ['delimiters alone', ',,\n,,\n'],
  ])('an empty list: %s', async (_name, bytes) => {
    const reading = readText(bytes);

    await expect(reading).rejects.toBeInstanceOf(PondBulkError);
    await expect(reading).rejects.toMatchObject({
      kind: 'input',
      code: 'EMPTY_LIST',
      message: expect.stringMatching(/^list\.csv is empty/),
    });
  });

  test.each([
    ['at once', []],
    ['in the middle', [Buffer.from(`iccid\n${A}\n${B}`)]],
    ['far inside', [Buffer.from(`iccid\n${`${A}\n`.repeat(10_000)}`)]],
  ])('a disk that fails %s', async (_name, chunks) => {
    const stream = Readable.from(
      (async function* () {
        yield* chunks;
        throw new Error('EIO: i/o error, read');
      })(),
    );

    const reading = readAll({ name: 'list.csv', stream });

    await expect(reading).rejects.toBeInstanceOf(PondBulkError);
    await expect(reading).rejects.toMatchObject({
      kind: 'config',
      code: 'LIST_UNREADABLE',
      message: expect.stringMatching(/^list\.csv cannot be read to its end: .*EIO/),
    });
  });
});
