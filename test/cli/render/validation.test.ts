import { expect, test } from 'vitest';

import { validationText } from '../../../src/cli/render/validation.ts';

type Input = Parameters<typeof validationText>[0];

// As much of a prepared list as the text needs.
const list = { name: 'list.csv' } as Input['list'];
const problem = { line: 3, column: 'iccid', message: 'Invalid ICCID: 1\u001b[31m', hint: 'an ICCID has 18 to 22 digits' };

test('a valid list says nothing', () => {
  expect(
    validationText({ list, answer: { isValid: true, validationMessage: '', errors: [] }, byStatus: { PLANNED: 1 }, problems: [] }, true),
  ).toBe('');
});

test('problems are told with line and column, and the rest is counted by rows, not by texts', () => {
  const answer = { isValid: false, validationMessage: 'One or more devices have validation errors', errors: ['a', 'b', '… and more'] };
  const validation = {
    list,
    answer,
    byStatus: { REJECTED: 200_000 },
    problems: [problem, { ...problem, line: 4, column: null, hint: null }],
  };

  expect(validationText(validation, true).split('\n')).toEqual([
    'list.csv: One or more devices have validation errors',
    '  line 3, column iccid: Invalid ICCID: 1 – an ICCID has 18 to 22 digits',
    '  line 4: Invalid ICCID: 1',
    '  … and 199998 more',
  ]);
  expect(validationText(validation, false)).toContain('Invalid ICCID: 1 - an ICCID has 18 to 22 digits');
  expect(validationText(validation, false)).toContain('  ... and 199998 more');
});
