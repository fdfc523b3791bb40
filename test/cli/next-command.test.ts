import { describe, expect, test } from 'vitest';

import { nextCommand, quoted, sandboxSuffix } from '../../src/cli/next-command.ts';
import { ROW_STATUSES } from '../../src/domain/status.ts';

describe('the next command', () => {
  test('goes on where something is left to do, and tries failures anew', () => {
    const next = Object.fromEntries(ROW_STATUSES.map((status) => [status, nextCommand('r1', { [status]: 1 }, '')]));

    const [resume, retry] = ['pond-bulk resume r1 --yes', 'pond-bulk retry r1 --yes'];
    expect(next).toEqual({
      PLANNED: null,
      APPLIED: null,
      NOOP: null,
      ACCEPTED: resume,
      UNKNOWN: resume,
      FAILED: retry,
      COMPENSATED: retry,
      REJECTED: null,
      STALE: null,
      SKIPPED: null,
      NOT_STARTED: resume,
    });
  });

  test('resumes before it retries', () => {
    expect(nextCommand('r1', { FAILED: 1, UNKNOWN: 1 }, '')).toContain('resume');
  });

  test('uses the same sandbox', () => {
    const suffix = sandboxSuffix({ sandbox: true, sandboxDir: '/tmp/my box' });

    expect(nextCommand('r1', { FAILED: 1 }, suffix)).toBe("pond-bulk retry r1 --yes --sandbox --sandbox-dir '/tmp/my box'");
  });

  test.each([
    [{}, ''],
    [{ sandbox: false, sandboxDir: '/x' }, ''],
    [{ sandbox: true }, ' --sandbox'],
  ])('with %j its suffix is %j', (options, suffix) => {
    expect(sandboxSuffix(options)).toBe(suffix);
  });
});

test.each([
  ['/tmp/box-1.2', '/tmp/box-1.2'],
  ["it's", String.raw`'it'\''s'`],
  ['$(rm x)', "'$(rm x)'"],
  ['', "''"],
])('%j is one argument of a shell: %s', (argument, text) => {
  expect(quoted(argument)).toBe(text);
});
