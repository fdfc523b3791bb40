import { expect, test } from 'vitest';

import { isPlanUuid, planUuid } from '../../src/domain/plan-uuid.ts';

const DIGITS = '7ea1000000000000000000000000000a';

test.each([
  ['as Teal writes it', DIGITS, DIGITS],
  ['with dashes', '7ea10000-0000-0000-0000-00000000000a', DIGITS],
  ['with blanks around it', ` ${DIGITS}\t`, DIGITS],
  ['in capitals, which are kept', DIGITS.toUpperCase(), DIGITS.toUpperCase()],
])('a plan UUID %s is 32 hexadecimal digits', (_how, text, uuid) => {
  expect([planUuid(text), isPlanUuid(planUuid(text) ?? '')]).toEqual([uuid, true]);
});

test.each([DIGITS.slice(1), `${DIGITS}0`, `${DIGITS.slice(1)}g`, 'TEAL-1GB', '{7ea10000-0000-0000-0000-00000000000a}'])(
  '"%s" is no plan UUID, and is left as it is',
  (text) => {
    expect([planUuid(text), isPlanUuid(planUuid(text) ?? '')]).toEqual([text, false]);
  },
);

test.each([null, '', ' \t'])('%o is none', (text) => {
  expect(planUuid(text)).toBeNull();
});
