import { describe, expect, test } from 'vitest';

import { detectDelimiter } from '../../src/intake/detect-delimiter.ts';
import { A, B, readText, where } from './read.ts';

test.each([
  ['commas', 'a,b\n1,2\n', ','],
  ['semicolons', 'a;b\r\n1;2\r\n', ';'],
  ['tabs', 'a\tb\n1\t2\n', '\t'],
  ['tabs with line ends of CR', 'a\tb\r1\t2\r', '\t'],
  ['none: a tab, which no cell holds', 'a\n1,2\n', '\t'],
  ['nothing at all', '', '\t'],
  ['others inside of quotes do not count', '"a,b,c";d\n', ';'],
  ['nor behind a doubled quote', '"a "",,, b";d\n', ';'],
  ['nor below the fifth line', `a;b\n1;2\n1;2\n1;2\n1;2\n${'x,y,z\n'.repeat(50)}`, ';'],
])('the delimiter is told from the first lines: %s', (_name, text, delimiter) => {
  expect(detectDelimiter(text)).toBe(delimiter);
});

describe('in a list', () => {
  test('semicolons, with as many commas in free text', async () => {
    const { columns } = await readText(`iccid;note\n${A};Gate 1, north, left\n`);

    expect(columns).toEqual(['iccid', 'note']);
  });

  test('free text full of commas makes no comma the delimiter', async () => {
    const { rows } = await readText(`${A};Gate 1, north, left\n${B};Gate 2\n`, 'iccid=1');

    expect(rows.map(({ cells }) => cells)).toEqual([
      [A, 'Gate 1, north, left'],
      [B, 'Gate 2'],
    ]);
  });

  test('one column, damaged with a decimal comma', async () => {
    const { rows } = await readText(`iccid\n8,94E+18\n`);

    expect(rows.map(where)).toEqual([[2, null, 'ICCID_DAMAGED']]);
  });
});
