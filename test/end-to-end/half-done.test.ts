import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import type { RunHereOptions, ToldEvent } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';

const ENV = { POND_RATE: '1000', REVIO_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
const FIRST = pondIccid(1);
const ORDER = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99'];
const LAST_OF_ORDER = 'create product 501';

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  const go = (args: readonly string[], options: RunHereOptions = {}) => sandbox.run(args, { ...options, env: { ...ENV, ...options.env } });
  return {
    ...sandbox,
    go,
    /** A service line and a product at Rev.io, then the carrier's plan. */
    assign: (iccids: readonly string[], options?: RunHereOptions) => {
      const file = sandbox.list(`iccid\n${iccids.join('\n')}\n`);
      return go(['assign-customer', '--customer', '4712', ...ORDER, '--carrier-rate-plan', 'POND-5GB', '--file', file], options);
    },
    /** The carrier is asked what a device has, and answers so. */
    strike: (kind: '401' | 'timeout-before', times: number) =>
      sandbox.addFault({ service: 'pond', kind, match: { method: 'GET', path: 'package/infos' }, times }),
    portal: () => sandbox.query<{ Status: string }>('SELECT Status FROM M2M_DeviceChange ORDER BY id').map(({ Status }) => Status),
    effects: () => sandbox.carriers.ledger.summary().effects,
  };
}

/** Of this step the answer is there. */
const isAnswered = (event: ToldEvent & { readonly step?: string }, step: string): boolean =>
  event.type === 'row.step' && event.step === step && event.state === 'answer';

/** Two signals, once `count` devices have their service line: none of them gets an answer of its carrier. */
function twiceAfter(count: number): NonNullable<RunHereOptions['onEvent']> {
  let left = count;
  return (event, interrupt) => {
    if (!isAnswered(event, LAST_OF_ORDER) || (left -= 1) > 0) return;
    interrupt();
    interrupt();
  };
}

test('a row that a second Ctrl-C lets go when half of it is done is UNKNOWN, and resume does the rest alone', async (context) => {
  const { assign, go, strike, portal, effects, carriers } = await open(context);
  strike('timeout-before', 9);

  const stopped = await assign([FIRST], { onEvent: twiceAfter(1) });
  const between = portal();
  carriers.faults.clear();
  const reconciled = await go(['reconcile']);
  const resumed = await go(['resume', 'last']);

  expect([stopped.code, stopped.rows.get(FIRST)?.status, ...between], stopped.stderr).toEqual([130, 'UNKNOWN', 'PROCESSING']);
  expect(stopped.rows.get(FIRST)).toMatchObject({
    message: `The run was stopped in the middle of it. "${LAST_OF_ORDER}" is done`,
    error: { code: 'INTERRUPTED', hint: 'pond-bulk resume goes on' },
  });
  expect(stopped.events.at(-1)?.next).toMatch(/^pond-bulk resume /);
  expect([reconciled.code, reconciled.rows.get(FIRST)?.status], reconciled.stderr).toEqual([9, 'UNKNOWN']);
  expect([resumed.code, resumed.rows.get(FIRST)?.status], resumed.stderr).toEqual([0, 'APPLIED']);
  expect(effects()).toMatchObject({ 'service created': 1, 'product created': 1 });
});

test('credentials refused in the middle of rows leave those half-done UNKNOWN, and those that nothing was done of NOT_STARTED', async (context) => {
  const { assign, go, strike, portal, effects, carriers, query } = await open(context);
  const iccids = Array.from({ length: 12 }, (_, index) => pondIccid(index + 1));
  strike('401', 50);

  const refused = await assign(iccids, { env: { MAX_PARALLEL_REQUESTS: '1' } });
  const begun = query<{ line: number }>(`SELECT DISTINCT line FROM pondbulk_journal JOIN pondbulk_change_row AS mine ON mine.id = row_id
    WHERE kind = 'answer' AND json_extract(data, '$.ended') = 'done'`).map(({ line }) => line);
  const between = portal();
  carriers.faults.clear();
  const resumed = await go(['resume', 'last']);

  expect([refused.code, begun.length > 0, begun.length < iccids.length], refused.stderr).toEqual([4, true, true]);
  const told = [...refused.rows.values()].map(({ line, status }) => [line, status]);
  expect(told).toEqual(iccids.map((_, index) => [index + 2, begun.includes(index + 2) ? 'UNKNOWN' : 'NOT_STARTED']));
  expect(between).toEqual(iccids.map((_, index) => (begun.includes(index + 2) ? 'PROCESSING' : 'NEW')));
  const [first] = [...refused.rows.values()].filter(({ status }) => status === 'UNKNOWN');
  expect(first).toMatchObject({
    message: expect.stringMatching(/^POND: authentication failed\. "create (service|product 501)" is done$/),
    error: { class: 'auth', hint: 'check its credentials, then resume' },
  });
  expect([resumed.code, new Set(portal())], resumed.stderr).toEqual([0, new Set(['PROCESSED'])]);
  expect(effects()).toMatchObject({ 'service created': 12, 'product created': 12 });
});

test('rows that a killed run left half-done are not given back as new ones by a resume that is stopped', async (context) => {
  const { assign, go, strike, portal, effects, carriers, execute, query } = await open(context);
  const iccids = Array.from({ length: 12 }, (_, index) => pondIccid(index + 1));
  strike('timeout-before', 50);
  await assign(iccids, { env: { POND_CONCURRENCY: '10', REVIO_CONCURRENCY: '20' }, onEvent: twiceAfter(12) });
  // As SIGKILL leaves them: begun, without a verdict.
  execute(`UPDATE pondbulk_change_row SET started = 1, status = 'NOT_STARTED', code = NULL, message = '', error = NULL`);
  carriers.faults.clear();

  let isStopped = false;
  const stopped = await go(['resume', 'last', '--concurrency', '1'], {
    onEvent: ({ type }, interrupt) => {
      if (type !== 'row.step' || isStopped) return;
      isStopped = true;
      interrupt();
    },
  });
  const between = portal();
  const left = query<{ n: number }>(`SELECT COUNT(*) AS n FROM pondbulk_change_row WHERE status = 'NOT_STARTED'`)[0]?.n ?? 0;
  const resumed = await go(['resume', 'last']);

  expect(stopped.code, stopped.stderr).toBe(130);
  expect(left, 'rows that the stopped resume did not come to').toBeGreaterThan(0);
  expect(new Set(between)).toEqual(new Set(['PROCESSING', 'PROCESSED']));
  expect(new Set([...stopped.rows.values()].map(({ status }) => status))).toEqual(new Set(['APPLIED', 'UNKNOWN']));
  expect([...stopped.rows.values()].find(({ status }) => status === 'UNKNOWN')).toMatchObject({
    message: 'It was begun, and it is not known yet how it ends',
    error: { code: 'INTERRUPTED', hint: 'pond-bulk resume goes on' },
  });
  expect([resumed.code, new Set(portal())], resumed.stderr).toEqual([0, new Set(['PROCESSED'])]);
  expect(effects()).toMatchObject({ 'service created': 12, 'product created': 12 });
});
