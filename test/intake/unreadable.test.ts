import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';

import { PondBulkError } from '../../src/domain/errors.ts';
import { openListFile } from '../../src/intake/read-list.ts';
import { A, B, readAll, readText } from './read.ts';

describe('a list that nobody can read ends with what is wrong and what to do', () => {
  test.each([
    ['a file that is not there', 'fixtures/csv/nowhere.csv', 'there is no such file'],
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

  test.each<[string, string, readonly string[], string, RegExp]>([
    ['no ICCID column', 'card,note\nx,y\n', [], 'NO_ICCID_COLUMN', /list\.csv, line 1.*found "card", "note".*--column iccid=1/],
    ['a header without one', 'customer,note\nx,y\n', [], 'NO_ICCID_COLUMN', /found "customer", "note".*--column "iccid=customer"/],
    ['several columns without a header', `x,${A}\n`, [], 'NO_ICCID_COLUMN', /add a header line with "iccid"/],
    ['two ICCID columns', `iccid,SIM\n${A},${A}\n`, [], 'COLUMN_AMBIGUOUS', /"iccid" and "SIM" both mean iccid.*--column "iccid=SIM"/],
    ['two plan columns', `iccid,plan,rate plan\n${A},X,Y\n`, [], 'COLUMN_AMBIGUOUS', /"plan" and "rate plan" both mean plan/],
    ['a name that is not there', `iccid,note\n${A},x\n`, ['plan=tariff'], 'COLUMN_NOT_FOUND', /no column "tariff".*It has "iccid", "note"/],
    ['a number too high', `iccid,note\n${A},x\n`, ['plan=3'], 'COLUMN_NOT_FOUND', /no column "3" \(--column plan=3\)/],
    ['number zero', `iccid,note\n${A},x\n`, ['plan=0'], 'COLUMN_NOT_FOUND', /no column "0"/],
    ['a name without a header', `x,${A}\n`, ['iccid=card'], 'COLUMN_NOT_FOUND', /It has no header and 2 columns: give a number/],
  ])('%s', async (_name, text, options, code, message) => {
    const reading = readText(text, ...options);

    await expect(reading).rejects.toBeInstanceOf(PondBulkError);
    await expect(reading).rejects.toMatchObject({ kind: 'input', code, message: expect.stringMatching(message) });
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
