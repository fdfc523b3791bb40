import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest';

import { pondIccid } from './cli.ts';
import { sampleDatabase, sandboxHere } from './in-process.ts';

const ENV = { SETTLE_SECONDS: '1', RETRY_MAX_COUNT: '1' };

interface Lines {
  readonly services: readonly { readonly service_id: number; readonly disconnected_date: string | null }[];
  readonly products: readonly { readonly service_id: number; readonly product_id: number }[];
}

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

const ORDER = ['--create-rev-service', '--service-type', '3', '--rev-provider', '12', '--product', '501:4.99', '--product', '502:1'];

/** An order whose second product Rev.io refused, after its line and its first product were made. */
async function halfOrdered(context: TestContext) {
  const sandbox = await sandboxHere(sample.path);
  context.onTestFinished(() => sandbox.remove());
  const revio = sandbox.carriers.services.get('revio')?.service;
  if (revio === undefined) throw new Error('there is no simulated Rev.io');
  // What it knows, as revio-lines.ts writes it.
  const lines = () => revio.state() as Lines;
  const known = new Set(lines().services.map((each) => each.service_id));
  sandbox.addFault({ service: 'revio', kind: '400', match: { method: 'POST', path: 'ServiceProduct' }, every: 2 });
  const file = sandbox.list(`iccid\n${pondIccid(1)}\n`);
  const failed = await sandbox.run(['assign-customer', '--customer', '4712', ...ORDER, '--file', file], { env: ENV });
  const made = () => lines().services.filter((each) => !known.has(each.service_id));
  return { ...sandbox, revio, lines, failed, made, retry: () => sandbox.run(['retry', '1'], { env: ENV }) };
}

test('retry completes the service line that the attempt before made', async (context) => {
  const { retry, failed, made, lines } = await halfOrdered(context);

  const retried = await retry();

  const [line] = made();
  expect([failed.code, retried.code, made().length], retried.stderr).toEqual([5, 0, 1]);
  const products = lines().products.filter((each) => each.service_id === line?.service_id);
  expect(products.map((each) => each.product_id)).toEqual([501, 502]);
});

test('retry makes a new service line where that of the attempt before was disconnected meanwhile', async (context) => {
  const { retry, failed, made, lines, revio, query } = await halfOrdered(context);
  const [old] = made();
  const services = lines().services.map((each) => (each === old ? { ...each, disconnected_date: '2026-01-01Z' } : each));
  revio.load({ ...lines(), services });

  const retried = await retry();

  const line = made().find((each) => each.disconnected_date === null);
  expect([failed.code, retried.code, made().length], retried.stderr).toEqual([5, 0, 2]);
  const productsOf = (id: number | undefined) => lines().products.flatMap((each) => (each.service_id === id ? [each.product_id] : []));
  expect([productsOf(old?.service_id), productsOf(line?.service_id)]).toEqual([[501], [501, 502]]);
  expect(
    query(
      'SELECT service.RevServiceId AS id FROM Device_Tenant AS tenant JOIN RevService AS service ON service.id = tenant.RevServiceId WHERE DeviceId = 1',
    ),
  ).toEqual([{ id: line?.service_id }]);
});
