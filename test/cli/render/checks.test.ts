import { expect, test } from 'vitest';

import { exitCodeOfChecks } from '../../../src/cli/exit-codes.ts';
import { renderChecks } from '../../../src/cli/render/checks.ts';
import { failure, warning, well, type Check } from '../../../src/doctor/check.ts';

const CHECKS: readonly Check[] = [
  well('Database', 'SQL Server 16.0'),
  warning('POND EU', 'too many calls', 'wait'),
  failure('Permissions', 'missing: UPDATE on dbo.Device\u001B[31m\nx', 'have a DBA run it', 'credentials'),
];

const paint = (_style: string, text: string): string => text;

test('checks are lines with their advice below, plain off a terminal', () => {
  expect(renderChecks(CHECKS, { isOutTty: true, paint })).toBe(`✓  Database     SQL Server 16.0
!  POND EU      too many calls
                → wait
✗  Permissions  missing: UPDATE on dbo.Device x
                → have a DBA run it

1 problem, 1 warning
`);
  expect(renderChecks(CHECKS.slice(0, 2), { isOutTty: false, paint })).toBe(`ok    Database  SQL Server 16.0
warn  POND EU   too many calls
                -> wait

All is well - 1 warning
`);
});

test.each([
  [[well('A', '')], 0],
  [[warning('A', '', 'x')], 0],
  [[failure('A', '', 'x')], 2],
  [[failure('A', '', 'x', 'credentials')], 4],
  [[failure('A', '', 'x'), failure('B', '', 'x', 'credentials'), well('C', '')], 4],
] as const)('the exit code of %j is %i', (checks, code) => {
  expect(exitCodeOfChecks(checks)).toBe(code);
});
