import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { pondIccid, runCli, testSandbox, type TestSandbox } from './cli.ts';

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
});

const good = `iccid\n${pondIccid(1)}\n`;

/** Bad input on `list`: the arguments, the exit code, and what the message must name. */
const CASES: readonly (readonly [name: string, list: string | null, args: readonly string[], code: number, says: readonly string[]])[] = [
  ['a missing file', null, ['--plan', 'POND-5GB', '--file', 'nowhere.csv'], 2, ['nowhere.csv', 'no such file']],
  ['a folder', null, ['--plan', 'POND-5GB', '--file', '/tmp'], 2, ['folder']],
  ['an empty file', '', ['--plan', 'POND-5GB'], 3, ['is empty']],
  ['a header alone', 'iccid\n', ['--plan', 'POND-5GB'], 3, ['no rows']],
  ['no ICCID column', 'a,b\n1,2\n', ['--plan', 'POND-5GB'], 3, ['line 1', '--column']],
  ['a column that is not there', 'a,iccid\n1,2\n', ['--plan', 'POND-5GB', '--column', 'iccid=SIM'], 3, ['"SIM"', '"a", "iccid"']],
  [
    'only damaged ICCIDs',
    'iccid\n8.94E+18\n',
    ['--plan', 'POND-5GB'],
    3,
    ['its only row has no readable ICCID; line 2', 'column iccid', 'spreadsheet'],
  ],
  [
    'only short ICCIDs',
    'iccid\n89883\n89884\n',
    ['--plan', 'POND-5GB'],
    3,
    ['none of its 2 rows has a readable ICCID; line 2', 'column iccid', '18 to 22 digits'],
  ],
  ['an unknown plan', good, ['--plan', 'POND-6GB'], 3, ["Rate plan 'POND-6GB' does not exist", 'POND-5GB']],
  ['a retired plan', good, ['--plan', 'POND-OLD'], 3, ["Rate plan 'POND-OLD' does not exist"]],
  ['an unknown provider', good, ['--plan', 'POND-5GB', '--provider', 'Nobody'], 2, ['Nobody', 'POND Sandbox']],
  [
    '--strict with a refused row',
    `${good}8988303009999999999\n`,
    ['--plan', 'POND-5GB', '--strict'],
    3,
    ['line 3', '1 row is refused, and --strict'],
  ],
  [
    'more devices than --max-devices',
    `${good}${pondIccid(2)}\n`,
    ['--plan', 'POND-5GB', '--max-devices', '1'],
    3,
    ['--max-devices allows 1'],
  ],
  ['an unknown option', good, ['--plan', 'POND-5GB', '--frobnicate'], 2, ['--frobnicate']],
  ['a date in another form', good, ['--plan', 'POND-5GB', '--effective-date', '24.12.2026'], 2, ['yyyy-MM-dd']],
  ['no plan, by flag or column', good, [], 2, ['--plan', 'plan column']],
  ['no plan, and its column has another name', `iccid,tariff\n${pondIccid(1)},POND-5GB\n`, [], 2, ['--column plan=HEADER']],
  ['--ask-carrier without --dry-run', good, ['--plan', 'POND-5GB', '--ask-carrier'], 2, ['--ask-carrier', '--dry-run']],
  ['--out without --dry-run', good, ['--plan', 'POND-5GB', '--out', 'never.plan'], 2, ['--out', '--dry-run']],
  ['an empty file name', null, ['--plan', 'POND-5GB', '--file', ''], 2, ['--file', 'must not be empty']],
  ['an empty results folder', good, ['--plan', 'POND-5GB', '--results', ''], 2, ['--results', 'must not be empty']],
  ['a concurrency of zero', good, ['--plan', 'POND-5GB', '--concurrency', '0'], 2, ['whole number']],
];

describe('bad input gets one clear error and the right exit code, and nothing is written or sent', () => {
  test.each(CASES)('%s', async (name, list, args, code, says) => {
    const file = list === null ? [] : ['--file', sandbox.list(`${name.replaceAll(/\W/g, '-')}.csv`, list)];

    const ran = await sandbox.runHere(['change-rate-plan', ...file, ...args]);

    expect(ran.code, ran.stderr).toBe(code);
    for (const part of says) expect(ran.stderr).toContain(part);
    expect(ran.stderr.match(/^error:/gim), ran.stderr).toEqual(['Error:']);
    expect(ran.stdout).toBe('');
    expect(sandbox.query('SELECT COUNT(*) AS n FROM pondbulk_run')).toEqual([{ n: 0 }]);
    expect((await sandbox.client.summary()).calls).toBe(0);
  });

  test.each([
    ['an unknown customer', ['--customer', '9999'], 3, 'Rev Customer not found'],
    ['a closed customer', ['--customer', '4714'], 3, 'Rev Customer not found'],
    ['a customer without a Site', ['--customer', '4715'], 3, 'Rev Customer not found'],
    ['products without --create-rev-service', ['--customer', '4712', '--product', '501'], 2, '--create-rev-service'],
    [
      'some products with a rate',
      [
        '--customer',
        '4712',
        '--create-rev-service',
        '--service-type',
        '1',
        '--rev-provider',
        '1',
        '--product',
        '501:2',
        '--product',
        '502',
      ],
      2,
      'every --product',
    ],
    ['a communication plan and no carrier plan', ['--customer', '4712', '--comm-plan', 'CP_X'], 2, '--carrier-rate-plan'],
    [
      'an activation date without --create-rev-service',
      ['--customer', '4712', '--activated-date', '2026-01-01'],
      2,
      '--activated-date says what to create at Rev.io: add --create-rev-service',
    ],
    ['no customer, by flag or column', ['--customer-rate-plan', 'GOLD'], 2, 'give --customer or --site, or a customer or site column'],
    ['a customer and a site', ['--customer', '4712', '--site', 'Depot North'], 2, '--site'],
  ])('assign-customer: %s', async (name, args, code, says) => {
    const ran = await sandbox.runHere(['assign-customer', '--file', sandbox.list('customer.csv', good), ...args]);

    expect(ran.code, `${name}\n${ran.stderr}`).toBe(code);
    expect(ran.stderr).toContain(says);
    expect(sandbox.query('SELECT COUNT(*) AS n FROM pondbulk_run')).toEqual([{ n: 0 }]);
  });

  test.each([
    ['readonly', 'User readonly has no CREATE permission for module M2M'],
    ['nobody', 'nobody'],
  ])('the operator %s may not write', async (operator, says) => {
    const ran = await sandbox.runHere(['change-rate-plan', '--file', sandbox.list('operator.csv', good), '--plan', 'POND-5GB'], {
      env: { POND_BULK_OPERATOR: operator },
    });

    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stderr).toContain(says);
  });

  test('a results folder that cannot be written to is told before anything is sent', async () => {
    const blocked = join(sandbox.dir, 'blocked');
    writeFileSync(blocked, 'a file is in the way');

    const ran = await sandbox.run([
      'change-rate-plan',
      '--file',
      sandbox.list('results.csv', good),
      '--plan',
      'POND-5GB',
      '--results',
      blocked,
    ]);

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(blocked);
    expect((await sandbox.client.summary()).calls).toBe(0);
  });

  test('settings: every problem at once, and no default database', async () => {
    const env = { PAGE_SIZE: 'many', POND_BASE_URL: 'ftp://x', POND_PASWORD: 'secret-word' };
    const folder = join(sandbox.dir, 'cwd');
    mkdirSync(folder);
    chmodSync(folder, 0o700);

    const invalid = await runCli(['config'], { env });
    const listed = await runCli(['config', '--output', 'json'], { env: { ...env, DATABASE_URL: 'secret-word' } });
    const missing = await runCli(['change-rate-plan', '--plan', 'X', '--dry-run'], { input: good });

    expect(invalid.code).toBe(2);
    expect(invalid.stderr).toContain('PAGE_SIZE=many');
    expect(invalid.stderr).toContain('POND_BASE_URL=ftp://x');
    expect(invalid.stdout).toMatch(/PAGE_SIZE +\| many +\| environment, NOT VALID/);
    expect(invalid.stdout).toMatch(/RETRY_MAX_COUNT +\| 3 +\| default/);
    expect(listed.code).toBe(2);
    expect(JSON.parse(listed.stdout)).toEqual(
      expect.arrayContaining([
        { name: 'PAGE_SIZE', value: 'many', source: 'environment', problem: expect.stringMatching(/./) },
        { name: 'DATABASE_URL', value: '********', source: 'environment', problem: expect.stringMatching(/./) },
        { name: 'RETRY_MAX_COUNT', value: '3', source: 'default' },
      ]),
    );
    expect(listed.stdout + listed.stderr).not.toContain('secret-word');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('DATABASE_URL is not set');
  });

  test('the database: no such file, a file that is none, and missing tables', async () => {
    const notADatabase = join(sandbox.dir, 'text.db');
    writeFileSync(notADatabase, 'this is no database, it is a text that is long enough to be read as one');
    const run = (url: string) =>
      runCli(['change-rate-plan', '--plan', 'X', '--yes'], { input: good, env: { DATABASE_URL: url, POND_BULK_OPERATOR: 'sandbox' } });

    const [nowhere, text, refused] = [
      await run('sqlite:/nowhere/x.db'),
      await run(`sqlite:${notADatabase}`),
      await run('mssql://u:secret-word@127.0.0.1:9/x'),
    ];

    expect([nowhere.code, text.code, refused.code]).toEqual([2, 2, 2]);
    expect(nowhere.stderr).toContain('/nowhere/x.db');
    expect(text.stderr).toContain('text.db');
    expect(refused.stderr).toContain('127.0.0.1:9');
    expect(refused.stderr).not.toContain('secret-word');
    expect(refused.stdout).toBe('');
  });

  test('without --yes nobody is asked off a terminal, and nothing is saved', async () => {
    const env = { ...sandbox.environment };

    const ran = await runCli(['change-rate-plan', '--plan', 'POND-5GB', '--file', sandbox.list('yes.csv', good)], { env });

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('--yes');
    expect(sandbox.query('SELECT COUNT(*) AS n FROM pondbulk_run')).toEqual([{ n: 0 }]);
  });

  test('missing credentials and disabled writes refuse every row of that provider, each with its log row; others go on', async () => {
    const readOnly = withCheckDigit('8988303004000000001');
    const file = sandbox.list('mixed.csv', `iccid,plan\n${pondIccid(2)},POND-5GB\n${readOnly},POND-5GB\n`);

    const ran = await sandbox.run(['change-rate-plan', '--file', file, '--output', 'csv']);

    expect(ran.code, ran.stderr).toBe(4);
    expect(ran.stdout).toContain(`${pondIccid(2)},POND-5GB,APPLIED,,OK`);
    expect(ran.stdout).toContain(`${readOnly},POND-5GB,REJECTED,WRITES_DISABLED,Writes disabled for this service provider`);
    expect(
      sandbox.query(`SELECT COUNT(*) AS n FROM DeviceBulkChangeLog WHERE ErrorText = 'Writes disabled for this service provider'`),
    ).toEqual([{ n: 1 }]);
  });
});
