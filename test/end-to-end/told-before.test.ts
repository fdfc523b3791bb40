import { afterAll, beforeAll, expect, test } from 'vitest';

import { telegenceIccid } from '../carriers/telegence.ts';
import { pondIccid, testSandbox, type TestSandbox } from './cli.ts';
import { mainHere } from './in-process.ts';

// What an operator is told before he agrees: all of what will be done, and when.

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(() => sandbox.remove());

/** What is asked at a terminal, where the answer is no. */
async function questionOf(list: string, args: readonly string[]): Promise<string> {
  const ran = await mainHere([...args, '--file', sandbox.list('list.csv', list)], { env: sandbox.environment, onQuestion: () => 'no' });
  expect(ran.code, ran.stderr).toBe(130);
  expect(ran.stderr).toContain('Go on? [y/N]');
  return ran.stderr;
}

const SERVICE = ['--create-rev-service', '--service-type', '1', '--rev-provider', '1', '--product', '501:4.99', '--prorate'];
const assign = ['assign-customer', '--customer', '4712', ...SERVICE, '--effective-date', '2999-01-01', '--customer-rate-plan', 'CRP-SMALL'];
const LINE = 'a service line each at Rev.io: type 1, provider 1, product 501 at 4.99, prorated from 2999-01-01\n';

test('an assignment: the service line, and the day from which the customer plan counts', async () => {
  const list = `iccid\n${pondIccid(1)}\n`;
  const asked = await questionOf(list, assign);
  const dry = await sandbox.runHere([...assign, '--dry-run', '--file', sandbox.list('list.csv', list)]);

  expect(asked).toContain(`  ${LINE}`);
  expect(asked).toMatch(new RegExp(`  ${pondIccid(1)}: .*, customer rate plan CRP-SMALL from 2999-01-01\n`));
  expect(dry.stderr).toContain(LINE);
  expect(dry.stdout).toContain('customer rate plan CRP-SMALL from 2999-01-01');
});

test('an assignment now: customer plan and pool by their names', async () => {
  const list = `iccid\n${pondIccid(1)}\n`;
  const command = ['assign-customer', '--customer', '4712', '--customer-rate-plan', 'CRP-LARGE', '--customer-rate-pool', 'POOL-EU'];
  const asked = await questionOf(list, command);
  const dry = await sandbox.runHere([...command, '--dry-run', '--file', sandbox.list('list.csv', list)]);

  for (const text of [asked, dry.stdout]) expect(text).toContain('customer rate plan CRP-LARGE and pool POOL-EU');
});

test('a plan change: the day of each row that has a later one', async () => {
  const list = `iccid,effective date\n${telegenceIccid(1)},2999-01-01\n${telegenceIccid(2)},\n`;
  const asked = await questionOf(list, ['change-rate-plan', '--plan', 'TG-5GB']);
  const dry = await sandbox.runHere(['change-rate-plan', '--plan', 'TG-5GB', '--dry-run', '--file', sandbox.list('list.csv', list)]);

  expect(asked).toMatch(new RegExp(`  ${telegenceIccid(1)}: .*TG-5GB, from 2999-01-01\n  ${telegenceIccid(2)}: .*TG-5GB\n`));
  expect(dry.stdout.match(/from 2999-01-01/g)).toHaveLength(1);
  expect(asked).not.toContain('in the past');
});

test.each([
  ['a plan change', ['change-rate-plan', '--plan', 'POND-5GB'], 'the change is made now'],
  [
    'an assignment',
    ['assign-customer', '--customer', '4712', ...SERVICE],
    'the change is made now, and Rev.io gets the day as it is given',
  ],
])('a day that is over is warned about, once: %s', async (_name, command, then) => {
  const list = `iccid\n${pondIccid(1)}\n${pondIccid(2)}\n`;
  const asked = await questionOf(list, [...command, '--effective-date', '2020-01-01']);

  const warnings = asked.split('\n').filter((line) => line.includes('in the past'));
  expect(warnings).toEqual([`Warning: 2 rows have an effective date in the past (line 2: 2020-01-01): ${then}`]);
});
