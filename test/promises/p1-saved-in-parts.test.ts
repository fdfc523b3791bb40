import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { pondIccid, runCli } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere } from '../end-to-end/in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

/** One that is changed, and so many that nobody knows that they are saved in two parts. */
const LIST = [pondIccid(1), ...Array.from({ length: 4000 }, (_, n) => `8999${String(n).padStart(15, '0')}`)];

describe('P1: a save in parts that died is invisible, is removed by the next run, and nothing of it is done twice', () => {
  test.each([
    ['after save:2', true],
    ['after activate:1', false],
  ])('killed %s', { timeout: 120_000 }, async (point, isGone) => {
    const sandbox = await sandboxHere(sample.path);
    const file = sandbox.list(`iccid\n${LIST.join('\n')}\n`);
    const run = (args: readonly string[], at = '') =>
      runCli([...args, '--yes'], { env: { ...sandbox.environment, POND_RATE: '1000', POND_BULK_KILL_AT: at } });
    const command = ['change-rate-plan', '--plan', 'POND-5GB', '--file', file];
    const killed = await run(command, point);
    const visible = sandbox.query('SELECT id FROM DeviceBulkChange WHERE IsActive = 1').length;
    const killedAgain = isGone ? await run(command, 'after leftovers:1') : null;
    const done = await run(isGone ? command : ['resume', 'last']);

    expect([killed.signal, visible], killed.stderr).toEqual(['SIGKILL', isGone ? 0 : 1]);
    expect(killedAgain?.signal ?? 'SIGKILL', killedAgain?.stderr).toBe('SIGKILL');
    expect(done.code, done.stderr).toBe(5);
    expect(sandbox.carriers.ledger.summary().effects).toEqual({ 'added package 105': 1, 'activated package': 1, 'terminated package': 1 });
    expect(sandbox.query('SELECT Status, COUNT(*) AS n FROM M2M_DeviceChange GROUP BY Status ORDER BY Status')).toEqual([
      { Status: 'ERROR', n: LIST.length - 1 },
      { Status: 'PROCESSED', n: 1 },
    ]);
    expect(sandbox.query('SELECT COUNT(*) AS n FROM DeviceBulkChange')).toEqual([{ n: 1 }]);
    await sandbox.remove();
  });

  test('retry of a device that is in it does not wait for another run to remove it', { timeout: 120_000 }, async ({ onTestFinished }) => {
    const sandbox = await sandboxHere(sample.path);
    onTestFinished(() => sandbox.remove());
    const run = (args: readonly string[], at = '') =>
      runCli([...args, '--yes'], { env: { ...sandbox.environment, POND_RATE: '1000', POND_BULK_KILL_AT: at } });
    const change = (iccids: readonly string[], at?: string) =>
      run(['change-rate-plan', '--plan', 'POND-5GB', '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`)], at);
    sandbox.addFault({ service: 'pond', kind: '400', match: { path: 'addPackage' } });
    const failed = await change(LIST.slice(0, 1));
    const killed = await change(LIST, 'after save:2');

    const retried = await run(['retry', '1']);

    expect([failed.code, killed.signal], killed.stderr).toEqual([5, 'SIGKILL']);
    expect(retried.code, retried.stderr).toBe(0);
    expect(sandbox.query('SELECT Status FROM DeviceBulkChange')).toEqual([{ Status: 'PROCESSED' }]);
  });
});
