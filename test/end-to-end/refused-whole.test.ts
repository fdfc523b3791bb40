import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { eventSchema } from '../../src/cli/render/event-schema.ts';
import { pondIccid, testSandbox, type TestSandbox } from './cli.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
  writeFileSync(join(sandbox.dir, 'broken.plan'), 'no plan\n');
});

afterAll(() => sandbox.remove());

const good = `iccid\n${pondIccid(1)}\n`;
const withUnknown = `${good}8988303009999999999\n`;
const change = ['change-rate-plan', '--plan', 'POND-5GB'];

/** A request that is refused whole: its list, the command, the exit code, and the parts of its errors in order. */
const CASES: readonly (readonly [name: string, list: string | null, args: readonly string[], code: number, errors: readonly string[]])[] = [
  ['no readable line', 'iccid\n8.94E+18\n', change, 3, ['readable ICCID']],
  ['an unknown plan', good, ['change-rate-plan', '--plan', 'POND-6GB'], 3, ["Rate plan 'POND-6GB' does not exist"]],
  ['an unknown customer', good, ['assign-customer', '--customer', '9999', '--dry-run'], 3, ['Rev Customer not found']],
  ['--strict', withUnknown, [...change, '--strict'], 3, ['Invalid ICCID: 8988303009999999999', '--strict allows none']],
  ['--max-devices', `${withUnknown}${pondIccid(2)}\n`, [...change, '--max-devices', '1'], 3, ['Invalid ICCID', '--max-devices allows 1']],
  ['a plan file that is none', null, ['apply', 'broken.plan'], 8, ['broken.plan']],
];

describe('a request that is refused whole is told on stdout to who reads by machine, as on stderr to people', () => {
  /** The command on this list, with the plan files of the sandbox. */
  const argsOf = (list: string | null, args: readonly string[]): readonly string[] => [
    ...args.map((arg) => (arg.endsWith('.plan') ? join(sandbox.dir, arg) : arg)),
    ...(list === null ? [] : ['--file', sandbox.list('list.csv', list)]),
  ];

  test.each(CASES)('json: %s', async (_name, list, args, code, errors) => {
    const ran = await sandbox.runHere([...argsOf(list, args), '--output', 'json']);

    expect(ran.code, ran.stderr).toBe(code);
    const document: unknown = JSON.parse(ran.stdout);
    expect(document).toMatchObject({
      run: '',
      command: args[0],
      dryRun: args.includes('--dry-run'),
      bulkChangeIds: [],
      validation: {
        isValid: false,
        validationMessage: expect.stringMatching(/./),
        errors: errors.map((each) => expect.stringContaining(each)),
      },
      summary: { rows: 0, byStatus: {} },
      rows: [],
      exitCode: code,
      next: null,
    });
    expect(ran.stderr).toContain(errors.at(-1));
    expect(ran.stderr.match(/^error:/gim)).toEqual(['Error:']);
  });

  test.each(CASES)('jsonl: %s', async (_name, list, args, code) => {
    const ran = await sandbox.runHere([...argsOf(list, args), '--output', 'jsonl']);

    const lines = ran.stdout.trim().split('\n');
    expect(lines.map((line) => eventSchema.parse(JSON.parse(line)))).toMatchObject([
      { type: 'run.end', seq: 1, exitCode: code, next: null },
    ]);
    expect(ran.code).toBe(code);
  });

  test('--results has its files, whatever stdout gets', async () => {
    const folder = join(sandbox.dir, 'out');

    const ran = await sandbox.runHere([...argsOf(withUnknown, [...change, '--strict']), '--results', folder]);

    expect([ran.code, ran.stdout]).toEqual([3, '']);
    const summary: unknown = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      exitCode: 3,
      validation: { isValid: false, errors: [expect.anything(), expect.stringContaining('--strict')] },
    });
    expect(readFileSync(join(folder, 'failed.csv'), 'utf8').trim().split('\n')).toHaveLength(1);
  });
});
