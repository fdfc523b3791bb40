import { expect, test } from 'vitest';

import { tableOf } from '../../../src/cli/render/table.ts';

const HEAD = ['Run', 'Command', 'Rows'];
const ROWS = [
  ['20261121T124600-3fde13', 'change-rate-plan', 'APPLIED 12'],
  ['20261121T124648-5a996d', 'change-rate-plan', ''],
];

test('a table that fits is a table, also off a terminal of any width', () => {
  expect(tableOf(HEAD, ROWS, { isOutTty: true, columns: 80 })).toMatch(/^┌/);
  expect(tableOf(HEAD, ROWS, { isOutTty: false, columns: 20 })).toMatch(/^\+/);
});

test('on a terminal that is too narrow each row is a block, without its empty cells and with its ids whole', () => {
  expect(tableOf(HEAD, ROWS, { isOutTty: true, columns: 40 })).toBe(
    [
      '20261121T124600-3fde13',
      '  Command  change-rate-plan',
      '  Rows     APPLIED 12',
      '20261121T124648-5a996d',
      '  Command  change-rate-plan',
    ].join('\n'),
  );
});
