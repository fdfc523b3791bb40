import { describe, expect, test } from 'vitest';

import { EXIT_CODES, exitCodeOf, exitCodeOfRun, type Ended } from '../../src/cli/exit-codes.ts';
import { PondBulkError } from '../../src/domain/errors.ts';
import { ROW_STATUSES } from '../../src/domain/status.ts';

const CLEAN: Ended = { byStatus: { APPLIED: 1, NOOP: 1, SKIPPED: 2 }, dryRun: false, credentials: false, limit: false, signal: null };

/** What makes each code, the one that wins first: 129/130/143 > 4 > 9 > 6 > 5 > 3 > 0. */
const CAUSES: readonly (readonly [number, Partial<Ended>])[] = [
  [129, { signal: 'SIGHUP' }],
  [130, { signal: 'SIGINT' }],
  [143, { signal: 'SIGTERM' }],
  [4, { credentials: true }],
  [9, { byStatus: { UNKNOWN: 1 } }],
  [9, { byStatus: { ACCEPTED: 1 } }],
  [6, { limit: true }],
  [6, { byStatus: { NOT_STARTED: 1 } }],
  [5, { byStatus: { FAILED: 1 } }],
  [3, { byStatus: { REJECTED: 1 }, dryRun: true }],
  [0, {}],
];

const PAIRS = CAUSES.flatMap(([wins, first], at) => CAUSES.slice(at).map(([loses, second]) => [wins, loses, first, second] as const));

describe('when several exit codes apply', () => {
  test.each(PAIRS)('%i wins over %i: %j, %j', (wins, _loses, first, second) => {
    const ended = { ...CLEAN, ...second, ...first, byStatus: { ...CLEAN.byStatus, ...second.byStatus, ...first.byStatus } };

    const code = exitCodeOfRun(ended);

    expect(code).toBe(wins);
    expect(EXIT_CODES.map(([known]) => known)).toContain(code);
  });
});

test('every row status has its code', () => {
  const codes = Object.fromEntries(ROW_STATUSES.map((status) => [status, exitCodeOfRun({ ...CLEAN, byStatus: { [status]: 1 } })]));

  expect(codes).toEqual({
    PLANNED: 0,
    APPLIED: 0,
    NOOP: 0,
    ACCEPTED: 9,
    UNKNOWN: 9,
    FAILED: 5,
    COMPENSATED: 5,
    REJECTED: 5,
    STALE: 5,
    SKIPPED: 0,
    NOT_STARTED: 6,
  });
});

test('a status with no rows does not count', () => {
  const code = exitCodeOfRun({ ...CLEAN, byStatus: { APPLIED: 1, FAILED: 0, UNKNOWN: 0, NOT_STARTED: 0 } });

  expect(code).toBe(0);
});

test.each([
  ['usage', 2],
  ['config', 2],
  ['input', 3],
  ['credentials', 4],
  ['locked', 7],
  ['cancelled', 130],
  ['broken', 1],
  ['bug', 1],
] as const)('an error of kind %s ends with %i', (kind, code) => {
  expect(exitCodeOf(new PondBulkError(kind, 'X', 'x'))).toBe(code);
});

test('anything else is unexpected', () => {
  expect(exitCodeOf(new TypeError('x'))).toBe(1);
});
