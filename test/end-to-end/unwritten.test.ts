import { expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { mainHere } from './in-process.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

const REFUSED = pondIccid(1);
const TAKEN = pondIccid(2);
const ERROR = {
  code: 'DATABASE_WRITE_FAILED',
  class: 'database',
  retryable: true,
  http: null,
  message: 'The database did not take the result: history is closed',
  hint: 'pond-bulk resume writes it',
};

/** A sandbox whose database refuses the history of one device, until it is told otherwise. */
async function open(context: TestContext) {
  const sandbox = await newSandbox(context);
  sandbox.execute(
    `CREATE TRIGGER closed BEFORE INSERT ON DeviceActionHistory WHEN new.ICCID = '${REFUSED}' BEGIN SELECT RAISE(ABORT, 'history is closed'); END`,
  );
  const say = (...args: readonly string[]) => mainHere(args, { env: sandbox.environment });
  return {
    ...sandbox,
    change: () => sandbox.run(['change-rate-plan', '--file', sandbox.list(`iccid\n${REFUSED}\n${TAKEN}\n`), '--plan', 'POND-5GB']),
    say,
    /** How rows stand afterwards, by ICCID. */
    standing: async () => {
      const { stdout } = await say('status', 'last', '--output', 'json');
      // Our own tool wrote it.
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly { readonly iccid: string }[] };
      return new Map(rows.map((row) => [row.iccid, row]));
    },
    mend: () => sandbox.execute('DROP TRIGGER closed'),
  };
}

test('a row whose result the database refuses is UNKNOWN and says why, in results, status and report', async (context) => {
  const { change, standing, say } = await open(context);

  const ran = await change();
  const status = await standing();
  const table = await say('status', 'last');

  expect(ran.code, ran.stderr).toBe(9);
  for (const rows of [ran.rows, status]) {
    expect(rows.get(REFUSED)).toMatchObject({ status: 'UNKNOWN', message: ERROR.message, error: ERROR });
    expect(rows.get(TAKEN)).toMatchObject({ status: 'APPLIED', error: null });
  }
  expect(table.stdout).toContain(`UNKNOWN DATABASE_WRITE_FAILED x 1: ${ERROR.message} - ${ERROR.hint} (line 2, ${REFUSED})`);
  expect(ran.stderr.split('\n').filter((line) => line.includes('did not take'))).toEqual([
    `Warning: ${REFUSED}: ${ERROR.message}; ${ERROR.hint}`,
  ]);
  expect(ran.stderr).not.toContain('INSERT');
});

test('resume writes it and sends nothing', async (context) => {
  const { change, run, carriers, mend, query } = await open(context);
  await change();
  const { calls } = carriers.ledger.summary();
  mend();

  const resumed = await run(['resume', 'last']);

  expect([resumed.code, resumed.rows.get(REFUSED)], resumed.stderr).toEqual([
    0,
    expect.objectContaining({ status: 'APPLIED', message: 'OK', error: null }),
  ]);
  expect(carriers.ledger.summary().calls).toBe(calls);
  expect(query(`SELECT RatePlan AS plan FROM Device WHERE ICCID = '${REFUSED}'`)).toEqual([{ plan: 'POND-5GB' }]);
});

test('a row of a run that died has a cause too', async (context) => {
  const { change, standing, query, execute } = await open(context);
  await change();
  // As it stands between the claim of a row and its result.
  execute(`UPDATE pondbulk_change_row SET status = 'NOT_STARTED', code = NULL, message = '', error = NULL WHERE iccid = '${REFUSED}'`);

  const status = await standing();

  expect(query(`SELECT started FROM pondbulk_change_row WHERE iccid = '${REFUSED}'`)).toEqual([{ started: 1 }]);
  expect(status.get(REFUSED)).toMatchObject({
    status: 'UNKNOWN',
    message: 'It was begun, and it is not known yet how it ends',
    error: { code: 'INTERRUPTED', class: 'unknown', hint: 'pond-bulk resume goes on' },
  });
});
