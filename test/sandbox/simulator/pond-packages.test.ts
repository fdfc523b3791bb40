import { beforeEach, describe, expect, test } from 'vitest';

import { packagesOf, sim, startServices, type Package, type Services } from './services.ts';

const POND_SIM = sim(1);
const NO_PACKAGE = sim(47);

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

async function added(iccid: string, packageTypeId = 105): Promise<Package> {
  const { body } = await services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId } });
  return body as Package;
}

const setStatus = (packageId: string, packageStatus: string) =>
  services.pond('POST', `/package/${packageId}/status`, { body: { packageStatus } });

describe('packages of a SIM', () => {
  test('added ones wait to be activated', async () => {
    const { status, body } = await services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body: { packageTypeId: 105 } });

    expect(status).toBe(200);
    expect(body).toMatchObject({ simIccid: POND_SIM, packageTypeId: 105, status: 'NOT_ACTIVE', dateActivated: null });
  });

  test('adding is not idempotent', async () => {
    const [first, second] = [await added(POND_SIM), await added(POND_SIM)];

    expect(first.packageId).not.toBe(second.packageId);
    expect((await packagesOf(services.pond, POND_SIM)).map(({ packageTypeId }) => packageTypeId)).toEqual([101, 105, 105]);
  });

  test.each([
    ['an unknown type', { packageTypeId: 999 }, 404],
    ['a type that is text', { packageTypeId: '105' }, 400],
    ['no type', {}, 400],
    ['no JSON', '{', 400],
  ])('adding %s is refused and has no effect', async (_name, body, expected) => {
    const { status } = await services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body });

    expect(status).toBe(expected);
    expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
  });

  test('activating answers 204 without a body', async () => {
    const { packageId } = await added(POND_SIM);

    const { status, text } = await setStatus(packageId, 'ACTIVE');
    const { body } = await services.pond('GET', `/package/${packageId}/info`);

    expect([status, text]).toEqual([204, '']);
    expect(body).toMatchObject({ packageId, status: 'ACTIVE', dateActivated: expect.any(Number) });
  });

  test('activating twice is refused as already active', async () => {
    const { packageId } = await added(POND_SIM);
    await setStatus(packageId, 'ACTIVE');

    const { status, body } = await setStatus(packageId, 'ACTIVE');

    expect([status, body]).toEqual([400, expect.objectContaining({ message: 'package is already active' })]);
  });

  test('a terminated one stays so', async () => {
    const { packageId } = await added(POND_SIM);

    const answers = [
      await setStatus(packageId, 'ACTIVE'),
      await setStatus(packageId, 'TERMINATED'),
      await setStatus(packageId, 'TERMINATED'),
      await setStatus(packageId, 'ACTIVE'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 400, 400]);
    expect(await packagesOf(services.pond, POND_SIM)).toContainEqual(expect.objectContaining({ packageId, status: 'TERMINATED' }));
  });

  test('a status that there is none is refused', async () => {
    const { packageId } = await added(POND_SIM);

    expect((await setStatus(packageId, 'GONE')).status).toBe(400);
  });

  test('an unknown package is 404', async () => {
    const [set, read] = [
      await setStatus('00000000-0000-4000-8000-999999999999', 'ACTIVE'),
      await services.pond('GET', '/package/none/info'),
    ];

    expect([set.status, read.status]).toEqual([404, 404]);
  });
});

describe('the list of packages', () => {
  interface Page {
    readonly total: number;
    readonly offset: number;
    readonly count: number;
    readonly elements: readonly Package[];
  }

  const page = async (query: string): Promise<Page> =>
    (await services.pond('GET', `/sim/${NO_PACKAGE}/package/infos?${query}`)).body as Page;

  test('comes in pages, each package once, in the order of their ids', async () => {
    const made = await Promise.all(Array.from({ length: 7 }, () => added(NO_PACKAGE)));

    const pages = [await page('offset=0&count=3'), await page('offset=3&count=3'), await page('offset=6&count=3')];

    expect(pages.map(({ total, offset, count }) => [total, offset, count])).toEqual([
      [7, 0, 3],
      [7, 3, 3],
      [7, 6, 1],
    ]);
    const ids = made.map(({ packageId }) => packageId).toSorted((a, b) => (a < b ? -1 : 1));
    expect(pages.flatMap(({ elements }) => elements.map(({ packageId }) => packageId))).toEqual(ids);
  });

  test('comes backwards when asked for', async () => {
    await Promise.all([added(NO_PACKAGE), added(NO_PACKAGE), added(NO_PACKAGE)]);

    const [forwards, backwards] = [await page(''), await page('sortOrder=DESC')];

    expect(backwards.elements).toEqual(forwards.elements.toReversed());
  });

  test('has ten without a count, and none behind the end', async () => {
    await Promise.all(Array.from({ length: 12 }, () => added(NO_PACKAGE)));

    const [first, behind] = [await page(''), await page('offset=12')];

    expect([first.count, first.total, behind.count, behind.total]).toEqual([10, 12, 0, 12]);
  });

  test('is cut into pages after the statuses were chosen', async () => {
    const made = [await added(NO_PACKAGE), await added(NO_PACKAGE), await added(NO_PACKAGE), await added(NO_PACKAGE)];
    await setStatus(made[0]?.packageId ?? '', 'ACTIVE');

    const rest = await page('packageStatuses=NOT_ACTIVE&offset=1&count=10');

    expect([rest.total, rest.offset, rest.count]).toEqual([3, 1, 2]);
  });

  test('takes several statuses, and without one has all', async () => {
    const [active, ended] = [await added(NO_PACKAGE), await added(NO_PACKAGE), await added(NO_PACKAGE)];
    await setStatus(active.packageId, 'ACTIVE');
    await setStatus(ended.packageId, 'TERMINATED');

    const totals = [
      (await page('packageStatuses=ACTIVE')).total,
      (await page('packageStatuses=ACTIVE&packageStatuses=NOT_ACTIVE')).total,
      (await page('')).total,
    ];

    expect(totals).toEqual([1, 2, 3]);
  });
});
