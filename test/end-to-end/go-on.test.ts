import { describe, expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

const ICCIDS = [1, 2, 3].map(pondIccid);
const ENV = { POND_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '0', POND_TIMEOUT_SECONDS: '1' };

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const go = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => sandbox.run(args, { env: { ...ENV, ...env } });
  return {
    ...sandbox,
    go,
    status: async () => (await sandbox.run(['status', 'last'], { yes: false })).code,
    disableWrites: () => sandbox.execute(`UPDATE ServiceProvider SET WriteIsEnabled = 0 WHERE Name = 'POND Sandbox'`),
    change: (env: Readonly<Record<string, string>> = {}, more: readonly string[] = []) =>
      go(['change-rate-plan', '--plan', 'POND-5GB', '--file', sandbox.list(`iccid\n${ICCIDS.join('\n')}\n`), ...more], env),
    calls: () => sandbox.carriers.ledger.summary().calls,
    statuses: () => sandbox.query<{ status: string }>('SELECT status FROM pondbulk_change_row ORDER BY line').map(({ status }) => status),
  };
}

describe.for(['resume', 'retry'] as const)('%s sends nothing, and leaves every row as it is, for', (how) => {
  test.for([
    ['an operator without permission', { POND_BULK_OPERATOR: 'readonly' }, 4, 'User readonly has no CREATE permission for module M2M'],
    ['an operator that nobody knows', { POND_BULK_OPERATOR: 'nobody' }, 4, 'nobody'],
    ['no operator', { POND_BULK_OPERATOR: '' }, 2, 'set POND_BULK_OPERATOR'],
    ['a provider whose writes were disabled since', {}, 4, 'Writes disabled for service provider POND Sandbox'],
  ] as const)('%s', async ([name, env, code, says], context) => {
    const { change, go, calls, statuses, addFault, disableWrites } = await open(context);
    addFault({ service: 'pond', kind: how === 'resume' ? '401' : '400', match: { method: 'POST' }, times: 1000 });
    await change();
    const before = statuses();
    if (name.includes('writes')) disableWrites();
    const callsBefore = calls();

    const ran = await go([how, 'last'], env);

    expect(before).toContain(how === 'resume' ? 'NOT_STARTED' : 'FAILED');
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(says);
    expect(statuses()).toEqual(before);
    expect(calls()).toBe(callsBefore);
  });
});

test.for([
  ['resume', 'Nothing to resume: no row is in doubt or not started'],
  ['retry', 'Nothing to retry: no row is FAILED or COMPENSATED'],
] as const)('%s with nothing to do asks nobody, says so, and tells how the rows stand', async ([how, says], context) => {
  const { run, change, statuses, calls } = await open(context);
  await change();
  const callsBefore = calls();
  const questions: string[] = [];
  const atTerminal = await run([how, 'last'], { yes: false, env: ENV, onQuestion: (question) => `no${questions.push(question)}` });
  const inCron = await run([how, 'last'], { yes: false, env: ENV });

  expect(questions).toEqual([]);
  for (const ran of [atTerminal, inCron]) {
    expect([ran.code, ran.rows.size], ran.stderr).toEqual([0, ICCIDS.length]);
    expect(ran.stderr).toContain(says);
  }
  expect(statuses()).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  expect(calls()).toBe(callsBefore);
});

describe('retry does again what failed, and nothing else', () => {
  test('a row in doubt is left as it is, and told', async (context) => {
    const { change, go, statuses, addFault, carriers } = await open(context);
    const [doubtful, failing] = ICCIDS;
    addFault({ service: 'pond', kind: 'timeout-before', match: { method: 'POST', path: doubtful?.slice(0, 19) ?? '' }, times: 1000 });
    addFault({ service: 'pond', kind: '400', match: { method: 'POST', path: failing?.slice(0, 19) ?? '' }, times: 1000 });
    const ran = await change();
    const before = statuses();
    carriers.faults.clear();
    carriers.ledger.clear();

    const retried = await go(['retry', 'last']);

    expect([ran.code, before], ran.stderr).toEqual([9, ['UNKNOWN', 'FAILED', 'APPLIED']]);
    expect([retried.code, statuses()], retried.stderr).toEqual([9, ['UNKNOWN', 'APPLIED', 'APPLIED']]);
    expect(retried.stderr).toContain('1 row is in doubt: left alone, resume settles what is in doubt');
    expect(carriers.ledger.entries({ limit: 1000 }).filter(({ path }) => path.includes(doubtful?.slice(0, 19) ?? ''))).toEqual([]);
  });

  test('a run with rows that were not started is resumed first', async (context) => {
    const { change, go, statuses, addFault, carriers, calls } = await open(context);
    addFault({ service: 'pond', kind: '400', match: { method: 'POST' }, times: 1000 });
    await change({ POND_CONCURRENCY: '1' }, ['--abort-after', '1', '--waves', '1,100%']);
    const before = statuses();
    const callsBefore = calls();
    carriers.faults.clear();

    const refused = await go(['retry', 'last']);
    const unchanged = statuses();
    const resumed = await go(['resume', 'last']);
    const retried = await go(['retry', 'last']);

    expect(before).toEqual(['FAILED', 'NOT_STARTED', 'NOT_STARTED']);
    expect([refused.code, unchanged], refused.stderr).toEqual([2, before]);
    expect(refused.stderr).toMatch(/2 rows are not started yet: first pond-bulk resume \S+ --yes/);
    expect(callsBefore).toBeGreaterThan(0);
    expect([resumed.code, retried.code], resumed.stderr).toEqual([5, 0]);
    expect(statuses()).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  });
});

describe('what validation refused counts and is told as long as the rows are there', () => {
  test('status, resume and the run itself end with the same exit code', async (context) => {
    const { change, go, status, disableWrites } = await open(context);
    disableWrites();

    const ran = await change();
    const standing = await status();
    const resumed = await go(['resume', 'last']);

    expect([ran.code, standing, resumed.code]).toEqual([4, 4, 4]);
  });

  test('a run that credentials stopped is so in status until it is resumed', async (context) => {
    const { change, go, status, addFault, carriers } = await open(context);
    addFault({ service: 'pond', kind: '401', match: { method: 'POST' }, times: 1000 });
    const ran = await change();
    const stopped = await status();
    carriers.faults.clear();
    const resumed = await go(['resume', 'last']);
    const done = await status();

    expect([ran.code, stopped, resumed.code, done]).toEqual([4, 4, 0, 0]);
  });
});
