import { expect, test } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { renderProviders } from '../../src/cli/commands/sandbox-samples.ts';
import { sampleProviders } from '../../src/sandbox/sample-providers.ts';
import { fakeTerminal } from '../cli/streams.ts';
import { expectGolden } from '../golden.ts';
import { runCli } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

test('pond-bulk sandbox shows a provider of every carrier, and what to type next', async () => {
  const { code, stdout } = await runCli(['sandbox']);

  expect(code).toBe(0);
  expectGolden('sandbox.txt', stdout);
  for (const { integration } of CARRIERS) expect(stdout).toContain(`| ${integration} `);
});

test('on a terminal of 80 columns no line is broken', () => {
  const { terminal } = fakeTerminal({ outTty: true, columns: 80 });
  const providers = sampleProviders().map((each) => ({ ...each, key: 'phone number' as const }));

  const lines = renderProviders(providers, terminal).split('\n');

  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test('every device of its list can be moved to the plan beside it', async ({ onTestFinished }) => {
  const sandbox = await newSandbox({ onTestFinished });
  const { stdout } = await runCli(['sandbox', 'list']);

  const { code, rows, stderr } = await sandbox.run(['change-rate-plan', '--file', sandbox.list(stdout), '--dry-run']);

  expect(code, stderr).toBe(0);
  expect(new Set([...rows.values()].map(({ status }) => status))).toEqual(new Set(['PLANNED']));
  expect(new Set([...rows.values()].map(({ provider }) => provider)).size).toBe(CARRIERS.length);
});

test.each([
  ['rogers', 'iccid,plan', /^893027207\d{11},IOT-1GB$/],
  ['Telegence Sandbox', 'phone number,plan', /^20555523\d\d,TG-10GB$/],
  ['Pond', 'iccid,plan', /^8988303000\d{9,10},POND-5GB$/],
  ['POND Read-only', 'iccid,plan', /^8988303004\d{10},POND-5GB$/],
])('a list of %s has its devices and no others', async (provider, header, line) => {
  const { code, stdout } = await runCli(['sandbox', 'list', '--provider', provider]);

  const [first, ...lines] = stdout.trimEnd().split('\r\n');
  expect([code, first]).toEqual([0, header]);
  for (const each of lines) expect(each).toMatch(line);
  expect(lines.length).toBeGreaterThan(3);
});

test.each([
  [['ledger', '--limit', 'x'], 'It must be a whole number from 1.'],
  [['list', '--provider', 'Nobody'], 'The sandbox has no service provider Nobody; it has POND Sandbox, '],
  [['strat'], 'pond-bulk sandbox has no command strat: did you mean start?'],
  [['everything'], 'pond-bulk sandbox has no command everything: pond-bulk sandbox --help shows its commands'],
])('pond-bulk sandbox %j is a usage error that helps', async (args, says) => {
  const { code, stdout, stderr } = await runCli(['sandbox', ...args]);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(says);
});
