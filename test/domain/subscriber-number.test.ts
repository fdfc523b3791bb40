import { expect, test } from 'vitest';

import { subscriberNumber } from '../../src/domain/subscriber-number.ts';

test.each([
  ['2055550100', '2055550100'],
  ['12055550100', '2055550100'],
  // Ten digits stay ten, whatever they begin with.
  ['1205555010', '1205555010'],
  ['22055550100', null],
  ['205555010', null],
  ['112055550100', null],
  ['+12055550100', null],
  ['205-555-0100', null],
  [' 2055550100', null],
  ['2055550100\n', null],
  ['٢٠٥٥٥٥٠١٠٠', null],
  ['', null],
  [null, null],
])('%o is the line %o', (msisdn, line) => {
  expect(subscriberNumber(msisdn)).toBe(line);
});
