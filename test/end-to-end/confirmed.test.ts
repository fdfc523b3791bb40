import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sandboxes } from './sandboxes.ts';

// What happens to the database between the question and its answer.

const ENV = { POND_RATE: '1000', SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };
const [FINE, OTHER, ARCHIVED] = [pondIccid(1), pondIccid(2), pondIccid(51)];
const WAITED = {
  status: 'STALE',
  message: 'Changed while it waited for confirmation',
  error: { code: 'CHANGED_WHILE_WAITING', hint: 'validate it again' },
};

const newSandbox = sandboxes();

async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  return {
    ...sandbox,
    /** Plan changes of these rows; the database gets `meanwhile` before the question is answered with yes. */
    change: (rows: readonly string[], meanwhile: string, args: readonly string[] = []) =>
      sandbox.run(['change-rate-plan', '--file', sandbox.list(`iccid,plan\n${rows.join('\n')}\n`), ...args], {
        env: ENV,
        yes: false,
        onQuestion: () => {
          sandbox.execute(meanwhile);
          return 'y';
        },
      }),
    sentTo: (iccid: string) => sandbox.carriers.ledger.summary().bySubject[iccid.slice(0, 19)],
  };
}

test.for([
  ['of a plan that others have too', 'POND-5GB'],
  ['of a plan that no other row has', 'POND-10GB'],
] as const)(
  'a row that was refused when the list was confirmed is not done, although it could be now: %s',
  async ([_name, plan], context) => {
    const { change, sentTo, query } = await open(context);

    const ran = await change(
      [`${FINE},POND-5GB`, `${ARCHIVED},${plan}`],
      `UPDATE Device SET IsActive = 1, IsDeleted = 0 WHERE ICCID = '${ARCHIVED}'`,
      ['--max-devices', '1'],
    );

    expect([ran.code, ran.rows.get(FINE)?.status], ran.stderr).toEqual([5, 'APPLIED']);
    expect(ran.rows.get(ARCHIVED)).toMatchObject(WAITED);
    expect(sentTo(ARCHIVED)).toBeUndefined();
    expect(query(`SELECT Status, HasErrors, StatusDetails FROM M2M_DeviceChange WHERE ICCID = '${ARCHIVED}'`)).toEqual([
      { Status: 'ERROR', HasErrors: 1, StatusDetails: WAITED.message },
    ]);
  },
);

test('a device that went to another provider meanwhile is left alone, and has its row', async (context) => {
  const { change, execute, sentTo } = await open(context);
  execute('UPDATE ServiceProvider SET WriteIsEnabled = 1 WHERE id = 4');

  const ran = await change([`${FINE},POND-5GB`, `${OTHER},POND-5GB`], `UPDATE Device SET ServiceProviderId = 4 WHERE ICCID = '${OTHER}'`);

  expect([ran.code, ran.rows.get(FINE)?.status], ran.stderr).toEqual([5, 'APPLIED']);
  expect(ran.rows.get(OTHER)).toMatchObject(WAITED);
  expect(sentTo(OTHER)).toBeUndefined();
});

test('a row that was fine when the list was confirmed and is not any more is refused', async (context) => {
  const { change, sentTo } = await open(context);

  const ran = await change([`${FINE},POND-5GB`, `${OTHER},POND-5GB`], `UPDATE Device SET IsActive = 0 WHERE ICCID = '${OTHER}'`);

  expect([ran.code, ran.rows.get(FINE)?.status, ran.rows.get(OTHER)?.error?.code], ran.stderr).toEqual([5, 'APPLIED', 'DEVICE_ARCHIVED']);
  expect(sentTo(OTHER)).toBeUndefined();
});
