import { expect, test } from 'vitest';

import { detectDelimiter } from '../../src/intake/detect-delimiter.ts';

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
