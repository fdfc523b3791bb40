import { expect, test } from 'vitest';

import { plain, shortened } from '../../../src/cli/render/plain.ts';

test.each([
  ['colours', '\u001B[31mred\u001B[0m', 'red'],
  ['lines', ' a\r\n\tb ', 'a b'],
  ['a window title', '\u001B]0;x\u0007y', 'y'],
  ['C1 controls', 'a\u0085b', 'a b'],
  ['nothing', 'Zürich 🚀', 'Zürich 🚀'],
])('text of others is made safe: %s', (_name, text, safe) => {
  expect(plain(text)).toBe(safe);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['abcdef', 1, '…'],
  ['abcdef', 0, ''],
  ['ab🚀cd', 4, 'ab…'],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
])('%s in %i columns is %s', (text, width, short) => {
  expect(shortened(text, width)).toBe(short);
});
