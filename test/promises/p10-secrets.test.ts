import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { tealIccid } from '../carriers/teal.ts';
import { telegenceIccid } from '../carriers/telegence.ts';
import { thingSpaceIccid } from '../carriers/thingspace.ts';
import { pondIccid } from '../end-to-end/cli.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';
import type { Manner } from './echo-server.ts';
import { ALL_SECRETS, echoWorld, hearPast, SECRETS, UNREACHABLE, type EchoWorld } from './echo-world.ts';
import { formsOf, leaksIn } from './secret-search.ts';

// All at once share what the machine has.
vi.setConfig({ testTimeout: 120_000 });

let sample: Awaited<ReturnType<typeof sampleDatabase>>;
let past: ReturnType<typeof hearPast>;
const worlds: EchoWorld[] = [];

beforeAll(async () => {
  sample = await sampleDatabase();
  past = hearPast();
});

afterAll(async () => {
  past.stop();
  await Promise.all(worlds.map((world) => world.remove()));
  sample.remove();
});

/** One for each test: they wait much, so they run at once. */
async function newWorld(): Promise<EchoWorld> {
  const world = await echoWorld(sample.path, past.heard);
  worlds.push(world);
  return world;
}

const jasperIccid = (n: number): string => withCheckDigit(`8901170200${String(n).padStart(9, '0')}`);
const ORDER = ['--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];

const MANNERS: readonly (readonly [string, Manner, { readonly plans: number; readonly orders: number }])[] = [
  ['success', { reads: 'well', writes: 'well' }, { plans: 0, orders: 0 }],
  ['401 at once', { reads: 401, writes: 401 }, { plans: 4, orders: 4 }],
  ['401 to writes', { reads: 'well', writes: 401 }, { plans: 4, orders: 4 }],
  ['403 to writes', { reads: 'well', writes: 403 }, { plans: 4, orders: 4 }],
  ['400 to writes', { reads: 'well', writes: 400 }, { plans: 5, orders: 5 }],
  ['404 to reads', { reads: 404, writes: 404 }, { plans: 5, orders: 5 }],
  ['500 to writes', { reads: 'well', writes: 500 }, { plans: 9, orders: 9 }],
  ['503 to reads', { reads: 503, writes: 503 }, { plans: 5, orders: 5 }],
  ['400 to logins', { reads: 'well', writes: 'well', logins: 400 }, { plans: 4, orders: 0 }],
  ['401 to logins', { reads: 'well', writes: 'well', logins: 401 }, { plans: 4, orders: 0 }],
  ['200 without JSON to logins', { reads: 'well', writes: 'well', logins: 'no JSON' }, { plans: 4, orders: 0 }],
  ['400 to the question for a token', { reads: 'well', writes: 'well', tokens: 400 }, { plans: 5, orders: 0 }],
  ['a redirect', { reads: 'well', writes: 302 }, { plans: 5, orders: 5 }],
  ['200 without JSON to writes', { reads: 'well', writes: 'no JSON' }, { plans: 9, orders: 9 }],
  ['200 without JSON to reads', { reads: 'no JSON', writes: 'well' }, { plans: 5, orders: 5 }],
];

describe.concurrent('P10: secrets stay secret', () => {
  test.each(MANNERS.map((each, index) => [...each, index + 1] as const))(
    'when carriers and Rev.io repeat what they were sent: %s',
    async (_name, manner, wanted, n) => {
      const world = await newWorld();
      world.echo.manner = manner;
      const plans = world.list(
        `plans-${n}.csv`,
        `iccid,plan\n${pondIccid(n)},POND-5GB\n${jasperIccid(n)},IOT-100MB\n${tealIccid(n)},TEAL-1GB\n${thingSpaceIccid(n)},TS-1GB\n${telegenceIccid(n)},TG-5GB\n`,
      );
      const customers = world.list(`customers-${n}.csv`, `iccid\n${pondIccid(n + 30)}\n`);

      // The first with processes of their own, as it is for users.
      const leaksOf = n === 1 ? world.leaksOf : world.leaksHere;
      const { ran, leaks } = await leaksOf([
        ['change-rate-plan', '--file', plans, '--yes', '--output', 'jsonl', '--results', world.path(`plans-${n}`)],
        ['status', 'last', '--output', 'table'],
        ['status', 'last', '--output', 'json'],
        ['assign-customer', '--file', customers, ...ORDER, '--yes', '--output', 'csv', '--results', world.path(`customers-${n}`)],
        ['resume', 'last', '--yes', '--output', 'table'],
        ['retry', 'last', '--yes', '--output', 'json'],
        // It waits for the database that cannot be reached; both forms show the same checks.
        n % 2 === 0 ? ['doctor'] : ['doctor', '--output', 'json'],
      ]);

      expect(leaks).toEqual([]);
      expect({ plans: ran[0]?.code, orders: ran[3]?.code }, ran.map(({ stderr }) => stderr).join('\n')).toEqual(wanted);
    },
  );

  test('in the settings, whatever is wrong with them', async () => {
    const world = await newWorld();
    const { leaks, ran } = await world.leaksOf(
      [
        ['config'],
        ['config', '--output', 'json'],
        ['list'],
        ['doctor'],
        ['db', 'migrate'],
        ['db', 'migrate', '--print'],
        ['db', 'grants', '--print'],
        ['change-rate-plan', '--dry-run', '--file', 'none.csv'],
      ],
      { PAGE_SIZE: 'many', DATABASE_URL: UNREACHABLE.replace('mssql:', 'postgres:'), POND_PASSWRD: SECRETS.POND_PASSWORD },
    );

    expect(leaks).toEqual([]);
    expect(new Set(ran.map(({ code }) => code))).toEqual(new Set([2]));
  });

  test('where the settings are listed', async () => {
    const world = await newWorld();
    const { leaks, ran } = await world.leaksOf([['config'], ['config', '--output', 'json']], { POND_API_KEYS: SECRETS.POND_API_KEY });

    expect(leaks).toEqual([]);
    expect(ran[1]?.stdout).toContain('mssql://jane:********@127.0.0.1:1/portal');
    expect(ran[1]?.stderr).toContain('POND_API_KEYS');
  });

  test('when the database cannot be reached', async () => {
    const world = await newWorld();
    const list = world.list('list.csv', `iccid\n${pondIccid(20)}\n`);
    const change = ['change-rate-plan', '--file', list, '--plan', 'POND-5GB'];

    const read = await world.leaksOf([[...change, '--dry-run']]);
    const written = await world.leaksOf(
      [[...change, '--yes'], ['list'], ['status', 'last'], ['resume', 'last', '--yes'], ['db', 'migrate']],
      {
        DATABASE_URL: UNREACHABLE,
      },
    );

    expect([...read.leaks, ...written.leaks]).toEqual([]);
    for (const { code, stderr } of [...read.ran, ...written.ran])
      expect([code, stderr]).toEqual([2, expect.stringContaining('127.0.0.1:1')]);
  });
});

describe('the proof is none without these', () => {
  test('every secret was sent, and what is kept of the answers has holes where they were', async () => {
    const sent = worlds
      .flatMap(({ echo }) => [...echo.heard])
      .flatMap((value) => [value, Buffer.from(value.replace('Basic ', ''), 'base64').toString()])
      .join('\n');
    const unused = Object.entries(SECRETS).filter(([, secret]) => !sent.includes(secret));
    const kept = worlds.map(({ database }) => {
      const db = new DatabaseSync(database, { readOnly: true });
      const row = db.prepare(`SELECT COUNT(*) AS n FROM DeviceBulkChangeLog WHERE ResponseText LIKE '%***%'`).get();
      db.close();
      return Number(row?.['n']);
    });

    // Provider 2 has a key of its own.
    expect(unused.map(([name]) => name)).toEqual(['JASPER_API_KEY']);
    expect(kept.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(10);
  });

  test('the search finds a secret in each of its forms', () => {
    const missed = Object.entries(ALL_SECRETS).flatMap(([name, secret]) =>
      [...Object.values(formsOf(secret)), Buffer.from(`user:${secret}`).toString('base64')].filter(
        (form) => leaksIn('here', `before ${form} after`, { [name]: secret }).length === 0,
      ),
    );

    expect(missed).toEqual([]);
  });
});
