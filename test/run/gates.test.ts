import { describe, expect, test } from 'vitest';

import type { RowError } from '../../src/domain/result.ts';
import type { RowStatus } from '../../src/domain/status.ts';
import { createGate, gatesInWords, NO_GATES, type GateRules } from '../../src/run/gates.ts';
import { randomOf, SEED, type Random } from '../promises/random.ts';

interface Row {
  readonly status: RowStatus;
  readonly error: RowError | null;
}

const COUNTED = ['FAILED', 'COMPENSATED', 'UNKNOWN'] as const satisfies readonly RowStatus[];
const STATUSES = [...COUNTED, 'APPLIED', 'NOOP', 'STALE', 'REJECTED', 'ACCEPTED', 'NOT_STARTED'] as const satisfies readonly RowStatus[];

function row(status: RowStatus, code = 'HTTP_400'): Row {
  const isWell = ['APPLIED', 'NOOP', 'ACCEPTED'].includes(status);
  return { status, error: isWell ? null : { code, class: 'carrier', retryable: false, http: 400, message: code, hint: null } };
}

function randomRows(random: Random): readonly Row[] {
  return Array.from({ length: random.int(1, 80) }, () => row(random.pick(STATUSES), random.pick(['A', 'B', 'C'])));
}

/** After how many rows the gate stops the provider; null when it never does. */
function stopsAfter(rules: GateRules, rows: readonly Row[]): number | null {
  const gate = createGate(rules);
  const at = rows.findIndex((each) => gate.take(each) !== null);
  return at === -1 ? null : at + 1;
}

/** The first number of rows for which something is true. */
function firstTime(rows: readonly Row[], isTrue: (before: readonly Row[]) => boolean): number | null {
  const at = rows.findIndex((_, index) => isTrue(rows.slice(0, index + 1)));
  return at === -1 ? null : at + 1;
}

const failed = (rows: readonly Row[]): readonly Row[] => rows.filter(({ status }) => COUNTED.some((each) => each === status));
const finished = (rows: readonly Row[]): readonly Row[] => rows.filter(({ status }) => status !== 'ACCEPTED' && status !== 'NOT_STARTED');

describe(`a gate on random rows of seed ${SEED}`, () => {
  const CASES = 300;
  const everyCase = (check: (random: Random, rows: readonly Row[]) => void): void => {
    for (let n = 0; n < CASES; n += 1) {
      const random = randomOf(SEED + n);
      check(random, randomRows(random));
    }
  };

  test('--abort-after stops with exactly the n-th failed row', () => {
    everyCase((random, rows) => {
      const n = random.int(1, 20);

      expect(stopsAfter({ ...NO_GATES, failed: n }, rows)).toBe(firstTime(rows, (before) => failed(before).length === n));
    });
  });

  test('--abort-rate is not judged before its number of finished rows, and then stops at once', () => {
    everyCase((random, rows) => {
      const rate = { percent: random.int(1, 100), minRows: random.int(1, 30) };
      const isReached = (before: readonly Row[]): boolean =>
        finished(before).length >= rate.minRows &&
        finished(before).length > finished(before.slice(0, -1)).length &&
        failed(before).length / finished(before).length >= rate.percent / 100;

      expect(stopsAfter({ ...NO_GATES, rate }, rows)).toBe(firstTime(rows, isReached));
    });
  });

  test('--abort-same-error counts each error by itself', () => {
    everyCase((random, rows) => {
      const n = random.int(1, 10);
      const most = (before: readonly Row[]): number =>
        Math.max(0, ...['A', 'B', 'C'].map((code) => failed(before).filter(({ error }) => error?.code === code).length));

      expect(stopsAfter({ ...NO_GATES, sameError: n }, rows)).toBe(firstTime(rows, (before) => most(before) === n));
    });
  });

  test('several rules stop with the one that is reached first, and tell it once', () => {
    everyCase((random, rows) => {
      const rules = {
        failed: random.int(1, 20),
        rate: { percent: random.int(1, 100), minRows: random.int(1, 30) },
        sameError: random.int(1, 10),
      };
      const alone = [
        stopsAfter({ ...NO_GATES, failed: rules.failed }, rows),
        stopsAfter({ ...NO_GATES, rate: rules.rate }, rows),
        stopsAfter({ ...NO_GATES, sameError: rules.sameError }, rows),
      ].filter((each) => each !== null);
      const gate = createGate(rules);
      const told = rows.map((each) => gate.take(each));

      expect(stopsAfter(rules, rows)).toBe(alone.length === 0 ? null : Math.min(...alone));
      expect(told.filter((stop) => stop !== null).length).toBeLessThanOrEqual(1);
    });
  });
});

test('without rules nothing stops a provider', () => {
  expect(
    stopsAfter(
      NO_GATES,
      Array.from({ length: 1000 }, () => row('FAILED')),
    ),
  ).toBeNull();
  expect(gatesInWords(NO_GATES)).toEqual([]);
});

test('a stop and the rules say what they are about', () => {
  const rules = { failed: 1, rate: { percent: 2.5, minRows: 200 }, sameError: 3 };

  expect(createGate(rules).take(row('FAILED'))).toEqual({ rule: 'abort-after', message: '1 row failed' });
  expect(gatesInWords(rules)).toEqual([
    'A provider is stopped when 1 row of it failed',
    'A provider is stopped when 2.5 % of its finished rows failed, judged from 200 rows on',
    'A provider is stopped when 3 rows of it failed with the same error',
  ]);
});
