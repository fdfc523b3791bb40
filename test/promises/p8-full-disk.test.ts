import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { pondIccid, testSandbox, type TestSandbox } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere } from '../end-to-end/in-process.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(() => sandbox.remove());

const ONCE = { 'added package 105': 1, 'activated package': 1, 'terminated package': 1 };
const listOf = (iccids: readonly string[]): string => `iccid\n${iccids.join('\n')}\n`;
const effectsOf = async (iccids: readonly string[]): Promise<readonly unknown[]> => {
  const { bySubject } = await sandbox.client.summary();
  return iccids.map((iccid) => bySubject[iccid.slice(0, 19)]);
};

test('P8: a database that cannot grow stops the run, which says so; nothing is lost, and resume ends it right', async () => {
  const iccids = Array.from({ length: 30 }, (_, index) => pondIccid(index + 1));
  const file = sandbox.list('full.csv', listOf(iccids));

  // A file-size limit, in blocks of 512 bytes: the saved run still goes into SQLite's log, its journal does not.
  const ran = await sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file], { shell: 'ulimit -f 500; exec "$@"' });
  const between = await sandbox.run(['status', 'last', '--output', 'json']);
  const done = Object.values((await sandbox.client.summary()).bySubject).length;
  const resumed = await sandbox.run(['resume', 'last', '--yes']);

  expect(ran.code, ran.stderr).toBe(1);
  expect(ran.stderr).toMatch(/The database \S+ cannot be written to \(.*\): its disk may be full.* \[DATABASE_UNWRITABLE\]/);
  expect(ran.stderr).toContain('pond-bulk resume last goes on');
  const { byStatus } = (JSON.parse(between.stdout) as { summary: { byStatus: Record<string, number> } }).summary;
  // What was begun is not called done, and not called untouched.
  expect((byStatus['UNKNOWN'] ?? 0) + (byStatus['APPLIED'] ?? 0)).toBeGreaterThanOrEqual(done);
  expect(byStatus['UNKNOWN']).toBeGreaterThan(0);
  expect(resumed.code, resumed.stdout).toBe(0);
  expect(await effectsOf(iccids)).toEqual(iccids.map(() => ONCE));
});

test.runIf(existsSync('/dev/full')).each(['table', 'json', 'jsonl', 'csv'])(
  'P8: what cannot be printed (%s) onto a full disk is told, exit 1; the change is done and recorded',
  async (output) => {
    const iccid = pondIccid(31 + ['table', 'json', 'jsonl', 'csv'].indexOf(output));
    const file = sandbox.list(`${output}.csv`, listOf([iccid]));

    const ran = await sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--output', output], {
      shell: 'exec "$@" > /dev/full',
    });

    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stderr).toContain('Error: not all could be printed (ENOSPC');
    expect(ran.stderr).toContain('pond-bulk status last tells it again');
    expect(await effectsOf([iccid])).toEqual([ONCE]);
    expect(sandbox.query(`SELECT Status FROM M2M_DeviceChange WHERE ICCID = '${iccid}'`)).toEqual([{ Status: 'PROCESSED' }]);
  },
);

test('a pipe whose reader has gone stops the printing only: the run goes on to its end and its exit code', async () => {
  const iccid = pondIccid(36);
  const file = sandbox.list('pipe.csv', listOf([iccid]));
  const ran = await sandbox.run(['change-rate-plan', '--plan', 'POND-5GB', '--file', file, '--output', 'jsonl'], {
    shell: '{ "$@"; echo "exit $?" >&2; } | true',
  });

  expect(ran.stderr).toContain('exit 0');
  expect(await effectsOf([iccid])).toEqual([ONCE]);
});

test.runIf(existsSync('/dev/full')).for([
  [[], 'pond-bulk status'],
  [['--dry-run'], 'nothing was changed'],
] as const)('P8: result files that do not fit (%j) are told, exit 1; the result is printed all the same', async ([args, then], context) => {
  const sample = await sampleDatabase();
  context.onTestFinished(() => sample.remove());
  const here = await sandboxHere(sample.path);
  context.onTestFinished(() => here.remove());
  const iccid = pondIccid(1);
  const results = join(here.database, '..', 'results');
  mkdirSync(results);
  symlinkSync('/dev/full', join(results, `results.csv.${process.pid}.partial`));

  const ran = await here.run([
    'change-rate-plan',
    '--plan',
    'POND-5GB',
    '--file',
    here.list(listOf([iccid])),
    '--results',
    results,
    ...args,
  ]);

  expect(ran.code, ran.stderr).toBe(1);
  expect(ran.stderr).toMatch(/The files in \S+ could not be written \(ENOSPC.*\[RESULTS_UNWRITTEN\]/);
  expect(ran.stderr).toContain(then);
  expect(ran.events.at(-1)).toMatchObject({ type: 'run.end', exitCode: 0 });
  expect(readdirSync(results)).toEqual([]);
});
