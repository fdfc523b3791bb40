import { expect, test } from 'vitest';

import { EXIT_CODES, exitCodeOf, exitCodeOfRun, type Ended } from '../../src/cli/exit-codes.ts';
import { PondBulkError } from '../../src/domain/errors.ts';

const clean: Ended = { byStatus: { APPLIED: 3 }, dryRun: false, credentials: false, limit: false, signal: null };

test.each<[string, Partial<Ended>, number]>([
  ['all applied', {}, 0],
  ['duplicates alone', { byStatus: { APPLIED: 1, NOOP: 1, SKIPPED: 2 } }, 0],
  ['a refused row', { byStatus: { APPLIED: 1, REJECTED: 1 } }, 5],
  ['a refused row in a dry run', { byStatus: { PLANNED: 1, REJECTED: 1 }, dryRun: true }, 3],
  ['a failed row', { byStatus: { FAILED: 1 } }, 5],
  ['a row taken back', { byStatus: { COMPENSATED: 1 } }, 5],
  ['rows not started', { byStatus: { FAILED: 1, NOT_STARTED: 1 } }, 6],
  ['a limit', { byStatus: { NOT_STARTED: 1 }, limit: true }, 6],
  ['an unknown row beats those', { byStatus: { FAILED: 1, NOT_STARTED: 1, UNKNOWN: 1 } }, 9],
  ['an accepted row', { byStatus: { ACCEPTED: 1 } }, 9],
  ['credentials beat that', { byStatus: { UNKNOWN: 1 }, credentials: true }, 4],
  ['SIGINT beats that', { credentials: true, signal: 'SIGINT' }, 130],
  ['SIGTERM', { signal: 'SIGTERM' }, 143],
])('%s', (_name, ended, code) => {
  expect(exitCodeOfRun({ ...clean, ...ended })).toBe(code);
  expect(EXIT_CODES.map(([known]) => known)).toContain(code);
});

test.each([
  ['usage', 2],
  ['config', 2],
  ['input', 3],
  ['credentials', 4],
  ['locked', 7],
  ['cancelled', 130],
  ['bug', 1],
] as const)('an error of kind %s ends with %i', (kind, code) => {
  expect(exitCodeOf(new PondBulkError(kind, 'X', 'x'))).toBe(code);
});

test('anything else is unexpected', () => {
  expect(exitCodeOf(new TypeError('x'))).toBe(1);
});
