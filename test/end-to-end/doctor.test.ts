import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { grantsScript } from '../../src/database/grants-sql.ts';
import { engines } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { makeLogins } from '../database/logins.ts';
import { runCli, runUnlessKilled, testSandbox, type Ran, type TestSandbox } from './cli.ts';

// A server may take its time for the first statements of a new database.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

interface Told {
  readonly name: string;
  readonly ok: boolean | 'warn';
  readonly found: string;
  readonly advice: string | null;
}

let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await testSandbox();
});
afterEach(() => sandbox.remove());

/** Runs doctor on the sandbox's settings, changed by `env`; an empty value takes a setting away. */
async function doctor(
  env: Readonly<Record<string, string>> = {},
): Promise<Ran & { readonly checks: readonly Told[]; readonly failed: readonly string[] }> {
  const given = Object.entries({ ...sandbox.environment, ...env }).filter(([, value]) => value !== '');
  const ran = await runUnlessKilled(['doctor', '--output', 'json'], Object.fromEntries(given));
  const { checks } = JSON.parse(ran.stdout) as { readonly checks: readonly Told[] };
  return { ...ran, checks, failed: checks.flatMap(({ ok, name }) => (ok === false ? [name] : [])) };
}

test('all is well in the sandbox, every account is read, and only the read-only provider is warned about', async () => {
  const { code, checks, stderr } = await doctor();

  expect(code, stderr).toBe(0);
  expect(checks.filter(({ ok }) => ok !== true)).toMatchObject([
    { name: 'POND Read-only', ok: 'warn', found: 'ServiceProvider.WriteIsEnabled is 0' },
  ]);
  expect(checks.filter(({ found }) => found.startsWith('let in')).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['POND Sandbox', 'Jasper Sandbox', 'POD19 Sandbox', 'Rogers Sandbox', 'Rev.io']),
  );
  expect((await sandbox.client.summary()).effects).toEqual({});
});

test('the table is plain off a terminal and ends with the sums', async () => {
  const ran = await runCli(['doctor'], { env: { ...sandbox.environment, POND_BULK_OPERATOR: '' } });

  expect(ran.code).toBe(2);
  expect(ran.stdout).toMatch(/^FAIL\s+Operator\s+nobody is named\n\s+-> set POND_BULK_OPERATOR/m);
  expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe('1 problem, 1 warning');
  // oxlint-disable-next-line no-control-regex -- that there are none is what is proved
  expect(ran.stdout).toMatch(/^[\x0A\x20-\x7E]*$/);
});

test('refused credentials: exit 4, the settings to check are named, and the secret is nowhere', async () => {
  const ran = await doctor({ POND_API_KEY: 'not-the-key-4711', REVIO_PASSWORD: 'not-the-password-4711' });

  expect(ran.code).toBe(4);
  expect(ran.failed).toEqual(['POND Sandbox', 'POND Read-only', 'POND Other', 'Rev.io']);
  expect(ran.checks.find(({ name }) => name === 'POND Sandbox')?.advice).toContain('POND_API_KEY');
  expect(ran.stdout + ran.stderr).not.toContain('4711');
});

test('an account that is not set at all is a warning, one that is set in part is not', async () => {
  const none = await doctor({
    REVIO_BASE_URL: '',
    REVIO_USERNAME: '',
    REVIO_CLIENT_CODE: '',
    REVIO_PASSWORD: '',
    REVIO_SUBSCRIPTION_KEY: '',
  });
  const part = await doctor({ REVIO_PASSWORD: '' });

  expect([none.code, part.code]).toEqual([0, 4]);
  expect(none.checks.find(({ name }) => name === 'Rev.io')).toMatchObject({ ok: 'warn' });
  expect(part.checks.find(({ name }) => name === 'Rev.io')).toMatchObject({ ok: false, advice: 'set REVIO_PASSWORD' });
});

test.each([
  ['DATABASE_URL is missing', { DATABASE_URL: '' }],
  ['the database cannot be reached', { DATABASE_URL: 'mssql://jane:not-told-4711@127.0.0.1:1/portal' }],
  ['the database file is not there', { DATABASE_URL: 'sqlite:/nowhere/bulk.db' }],
])('when %s: exit 2, and the accounts are tried all the same', async (_name, env) => {
  const ran = await doctor(env);

  expect(ran.code).toBe(2);
  expect(ran.failed).toEqual(['Database']);
  expect(ran.checks.filter(({ name }) => ['POND', 'Jasper', 'Rev.io'].includes(name)).map(({ ok }) => ok)).not.toContain(false);
  expect(ran.checks.find(({ name }) => name === 'Rev.io')?.ok).toBe(true);
  expect(ran.stdout + ran.stderr).not.toContain('4711');
});

test('a carrier that is down, a table that is missing, a change type without a number: each is named, and exit is 2', async () => {
  await sandbox.client.addFault({ service: 'jasper', kind: '503', times: 20 });
  const file = new DatabaseSync(`${sandbox.environment['DATABASE_URL']}`.slice('sqlite:'.length));
  file.exec(`DROP TABLE POND_Package; DELETE FROM DeviceChangeRequestType WHERE Name = 'CustomerAssignment'`);
  file.close();

  const ran = await doctor();

  expect(ran.code).toBe(2);
  expect(ran.failed).toEqual(['Tables', 'Change types', 'Jasper Sandbox']);
  expect(ran.checks.find(({ name }) => name === 'Change types')?.advice).toContain('CHANGE_TYPE_CUSTOMERASSIGNMENT');
  expect((await doctor({ CHANGE_TYPE_CUSTOMERASSIGNMENT: '5' })).failed).toEqual(['Tables', 'Jasper Sandbox']);
});

test.each([
  [{ POND_BULK_OPERATOR: 'nobody' }, 4, 'Operator'],
  [{ SERVICE_PROVIDER: 'Vodafone' }, 2, 'SERVICE_PROVIDER'],
])('settings that name what is not there: %j', async (env, code, name) => {
  const ran = await doctor(env);

  expect([ran.code, ran.failed]).toEqual([code, [name]]);
});

describe.each(engines.filter(({ name }) => name === 'SQL Server'))('on $name', ({ create }) => {
  test('the logins of db grants have all that they need; what is missing or too much is named', async () => {
    const made = await sampleOn(create);
    const logins = await makeLogins(made, (names) => grantsScript({ ...names, permissions: { by: 'tables', queries: {} } }));
    const [well, swapped] = [
      await doctor({ DATABASE_URL: logins.runUrl, DATABASE_URL_READ: logins.dryRunUrl }),
      await doctor({ DATABASE_URL: logins.dryRunUrl, DATABASE_URL_READ: logins.runUrl }),
    ];
    await made.remove();
    await logins.remove();

    expect([well.code, well.failed], well.stdout).toEqual([0, []]);
    expect(well.checks.filter(({ name }) => name.includes('ermissions')).map(({ ok }) => ok)).toEqual([true, true]);
    expect(swapped.code).toBe(4);
    expect(swapped.checks.find(({ name }) => name === 'Permissions')?.found).toContain('UPDATE on dbo.Device');
    expect(swapped.checks.find(({ name }) => name === 'Dry-run permissions')).toMatchObject({ ok: 'warn' });
    expect(swapped.checks.find(({ name }) => name === 'Tables')?.found).toContain('DeviceChangeRequest');
  });
});
