import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';
import { open } from './carrier-run.ts';
import { UNDER_TEST } from './under-test.ts';

// What the definitions say of carriers is what the README says of them: it must be so.

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

describe.concurrent.each(UNDER_TEST)('$integration', (carrier) => {
  const definition = CARRIERS.find(({ integration }) => integration === carrier.integration);
  if (definition === undefined) throw new Error(`${carrier.integration} is not in the registry`);

  test('changes are accepted first where its definition says so, and nowhere else', async (context) => {
    const { change, query } = await open(carrier, sample.path, context);

    const ran = await change([carrier.devices[0]]);

    const accepted = query(`SELECT id FROM pondbulk_journal WHERE json_extract(data, '$.ended') = 'accepted'`);
    expect([ran.code, accepted.length > 0], ran.stderr).toEqual([0, definition.doneLater]);
  });

  test('calls that get lost are read back by the calls that its definition names', async (context) => {
    const { change, strike, carriers } = await open(carrier, sample.path, context);
    strike('reset-after', carrier.write, { iccid: carrier.devices[0] });
    // Its packages are asked for one by one once they are known.
    if (carrier.integration === 'Pond') strike('reset-after', { method: 'POST', path: '/status' });

    const ran = await change([carrier.devices[0]]);

    const calls = carriers.ledger.entries({ service: carrier.service, limit: 1000 });
    const begun = calls.findIndex((call) => call.method === carrier.write.method && call.path.includes(carrier.write.path ?? ''));
    const reads = calls.slice(begun + 1).filter((call) => call.method === 'GET' || call.path.includes('devices/actions/list'));
    const named = definition.readBack.map((call) => ({ call, pattern: patternOf(call) }));
    expect(ran.code, ran.stderr).toBe(0);
    expect(reads.filter((read) => !named.some(({ pattern }) => pattern.test(`${read.method} ${read.path}`)))).toEqual([]);
    for (const { call, pattern } of named)
      expect(
        reads.some((read) => pattern.test(`${read.method} ${read.path}`)),
        call,
      ).toBe(true);
  });
});

/** `GET /devices/{iccid}` as it is called: with an address before, values in it, and a query behind. */
function patternOf(call: string): RegExp {
  const [method = '', path = ''] = call.split(' ');
  return new RegExp(`^${method} .*${path.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?.*)?$`);
}
