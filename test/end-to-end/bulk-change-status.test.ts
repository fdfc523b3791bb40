import { DatabaseSync } from 'node:sqlite';
import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

// NEW, then PROCESSING while any row is open, then PROCESSED or ERROR, which alone has the day and the name.

const newSandbox = sandboxes();

const LONG_AGO = '2026-01-01 00:00:00.000';
const OPEN = { Status: 'PROCESSING', ProcessedDate: null, ProcessedBy: null };
const FINAL = { ProcessedDate: expect.any(String), ProcessedBy: 'sandbox' };

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    change: (devices: readonly number[], ...more: readonly string[]) =>
      sandbox.run([
        'change-rate-plan',
        '--file',
        sandbox.list(`iccid\n${devices.map(pondIccid).join('\n')}\n`),
        '--plan',
        'POND-5GB',
        ...more,
      ]),
    shown: () => sandbox.query('SELECT Status, ProcessedDate, ProcessedBy FROM DeviceBulkChange')[0],
    /** Makes what was written look old. */
    age: () => {
      const db = new DatabaseSync(sandbox.database, { timeout: 5000 });
      db.exec(`UPDATE DeviceBulkChange SET ProcessedDate = '${LONG_AGO}'`);
      db.close();
    },
  };
}

test('a run that stopped after its first wave leaves it PROCESSING, resume ends it, and another resume leaves its day as it is', async (context) => {
  const { change, run, shown, addFault, age } = await open(context);
  addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' }, times: 1 });

  const stopped = await change([1, 2, 3, 4], '--waves', '1,100%');
  const between = shown();
  const resumed = await run(['resume', 'last']);
  const ended = shown();
  age();
  const again = await run(['resume', 'last']);

  expect([stopped.code, between], stopped.stderr).toEqual([6, OPEN]);
  expect([resumed.code, ended], resumed.stderr).toEqual([5, { Status: 'ERROR', ...FINAL }]);
  expect([again.code, shown()], again.stderr).toEqual([5, { Status: 'ERROR', ...FINAL, ProcessedDate: LONG_AGO }]);
});

test('a run whose credentials were refused before any row was done does not make it NEW again', async (context) => {
  const { change, shown, addFault } = await open(context);
  addFault({ service: 'pond', kind: '401' });

  const stopped = await change([1, 2]);

  expect([stopped.code, shown()], stopped.stderr).toEqual([4, OPEN]);
});

test('retry makes it PROCESSING together with its rows, and ends it on its own day', async (context) => {
  const { change, run, shown, addFault, age } = await open(context);
  addFault({ service: 'pond', kind: '400', match: { path: '/addPackage' }, times: 1 });
  await change([1]);
  age();
  const seen: unknown[] = [];

  const retried = await run(['retry', 'last'], {
    probe: (moment) => {
      if (moment.some(({ name }) => name === 'after reopen')) seen.push(shown());
    },
  });

  expect([retried.code, seen], retried.stderr).toEqual([0, [OPEN]]);
  expect(shown()).toEqual({ Status: 'PROCESSED', ProcessedDate: expect.not.stringContaining(LONG_AGO), ProcessedBy: 'sandbox' });
});

test('a list of which every row is refused is final at once', async (context) => {
  const { change, shown } = await open(context);

  const ran = await change([51]);

  expect([ran.code, shown()], ran.stderr).toEqual([5, { Status: 'ERROR', ...FINAL }]);
});
