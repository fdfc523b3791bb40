import { afterAll, beforeAll, expect, test } from 'vitest';

import { UNDER_TEST } from '../../carriers/under-test.ts';
import { sampleDatabase, sandboxHere } from '../../end-to-end/in-process.ts';

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

test.for(['401', '403'] as const)(
  'credentials that Rev.io refuses with %s are tried once, whatever providers a run has',
  async (kind, context) => {
    const sandbox = await sandboxHere(sample.path);
    context.onTestFinished(() => sandbox.remove());
    sandbox.addFault({ service: 'revio', kind, times: 1000 });
    const iccids = UNDER_TEST.map(({ devices }) => devices[0]);
    const order = ['--customer', '4712', '--create-rev-service', '--service-type', '3', '--rev-provider', '12'];

    const ran = await sandbox.run(['assign-customer', '--file', sandbox.list(`iccid\n${iccids.join('\n')}\n`), ...order], {
      env: { REVIO_RATE: '1000', REVIO_CONCURRENCY: '1' },
    });

    const asked = sandbox.carriers.ledger.entries({ service: 'revio', limit: 1000 });
    const results = iccids.map((iccid) => ran.rows.get(iccid));
    expect(ran.code, ran.stderr).toBe(4);
    expect(results).toMatchObject(iccids.map(() => ({ status: 'NOT_STARTED' })));
    expect(new Set(results.map((row) => row?.provider)).size).toBe(UNDER_TEST.length);
    expect(asked).toHaveLength(1);
  },
);
