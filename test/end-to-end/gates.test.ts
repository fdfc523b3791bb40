import { describe, expect, test, type TestContext } from 'vitest';

import { controlCenters } from '../carriers/control-center.ts';
import { pondIccid } from './cli.ts';
import type { RanHere } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';

const POND = Array.from({ length: 40 }, (_, index) => pondIccid(index + 1));
const [jasper] = controlCenters;
if (jasper === undefined) throw new Error('There is no Control Center to test on');
const OTHERS = jasper.devices;
/** With one slot so many devices are in progress at once: those that may still fail when the provider is stopped. */
const IN_PROGRESS = 4;

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const env = { POND_RATE: '1000', POND_CONCURRENCY: '1', JASPER_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
  const file = sandbox.list(
    `iccid,plan\n${POND.map((iccid) => `${iccid},POND-5GB`).join('\n')}\n${OTHERS.map((iccid) => `${iccid},IOT-1GB`).join('\n')}\n`,
  );
  return {
    ...sandbox,
    change: (args: readonly string[]) => sandbox.run(['change-rate-plan', '--file', file, ...args], { env }),
    go: (args: readonly string[]) => sandbox.run(args, { env }),
    failing: (every = 1) => sandbox.addFault({ service: 'pond', kind: '400', match: { method: 'POST' }, times: 1000, every }),
  };
}

function countOf({ rows }: RanHere, devices: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const iccid of devices) {
    const status = rows.get(iccid)?.status ?? 'no result';
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe('a gate stops the provider whose rows fail, and no other', () => {
  test.for([
    ['--abort-after', '3', /^\d+ rows failed$/, 3],
    ['--abort-same-error', '5', /^5 rows failed with the same error, /, 5],
    ['--abort-rate', '50/6', /^\d+ of \d+ finished rows failed, 50 % or more$/, 6],
  ] as const)('%s %s', async ([option, value, message, least], context) => {
    const { change, failing } = await open(context);
    failing();

    const ran = await change([option, value]);

    const { FAILED: failed = 0, NOT_STARTED: left = 0 } = countOf(ran, POND);
    expect(ran.code, ran.stderr).toBe(6);
    expect(failed).toBeGreaterThanOrEqual(least);
    expect(failed).toBeLessThanOrEqual(least + IN_PROGRESS);
    expect(failed + left).toBe(POND.length);
    expect(countOf(ran, OTHERS)).toEqual({ APPLIED: OTHERS.length });
    expect(ran.events.filter(({ type }) => type === 'gate')).toMatchObject([
      { provider: 'POND Sandbox', rule: option.slice(2), message: expect.stringMatching(message), stops: true },
    ]);
  });
});

test('the rules are told in words before anything is sent, and resume keeps them', async (context) => {
  const { change, go, failing, carriers } = await open(context);
  failing();

  const ran = await change(['--abort-after', '2', '--abort-rate', '90/30']);
  const resumed = await go(['resume', 'last']);
  carriers.faults.clear();
  const rest = await go(['resume', 'last']);
  const retried = await go(['retry', 'last']);

  const rules = [
    'A provider is stopped when 2 rows of it failed',
    'A provider is stopped when 90 % of its finished rows failed, judged from 30 rows on',
  ];
  expect([ran.code, resumed.code, rest.code, retried.code], resumed.stderr).toEqual([6, 6, 5, 0]);
  for (const { stderr } of [ran, resumed, retried]) expect(stderr.split('\n')).toEqual(expect.arrayContaining(rules));
  expect(ran.events.at(-1)).toMatchObject({ type: 'run.end', next: expect.stringMatching(/^pond-bulk resume \S+ --yes$/) });
  // Two more of those that were left, counted anew.
  expect(countOf(resumed, POND)['FAILED']).toBeGreaterThanOrEqual((countOf(ran, POND)['FAILED'] ?? 0) + 2);
  expect(resumed.events.filter(({ type }) => type === 'gate')).toHaveLength(1);
  expect(countOf(retried, POND)).toEqual({ APPLIED: POND.length });
});

test('resume can be given other rules, and those are kept from then on', async (context) => {
  const { change, go, failing } = await open(context);
  failing();
  await change(['--abort-after', '1']);

  const other = await go(['resume', 'last', '--abort-after', '12']);
  const kept = await go(['resume', 'last']);

  expect([other.code, kept.code], kept.stderr).toEqual([6, 6]);
  for (const { stderr } of [other, kept]) expect(stderr).toContain('A provider is stopped when 12 rows of it failed\n');
});

test('a gate that is never reached changes nothing', async (context) => {
  const { change, failing } = await open(context);
  failing(40);

  const ran = await change(['--abort-after', '30', '--abort-rate', '90/10', '--abort-same-error', '30']);

  expect(ran.code, ran.stderr).toBe(5);
  expect(ran.events.filter(({ type }) => type === 'gate')).toEqual([]);
  expect(countOf(ran, [...POND, ...OTHERS])['NOT_STARTED']).toBeUndefined();
});

test('answers that are lost count too: a carrier that answers nobody does not use up the list', async (context) => {
  const { change, addFault } = await open(context);
  addFault({ service: 'pond', kind: 'reset-before', match: { method: 'POST' }, times: 1000 });
  addFault({ service: 'pond', kind: '500', match: { method: 'GET', path: '/packages/' }, times: 1000 });

  const ran = await change(['--abort-after', '3']);

  expect(countOf(ran, POND)['NOT_STARTED'], ran.stderr).toBeGreaterThan(POND.length / 2);
  expect(ran.events.filter(({ type }) => type === 'gate')).toMatchObject([{ rule: 'abort-after' }]);
});
