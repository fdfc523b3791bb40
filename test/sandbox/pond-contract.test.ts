import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  NO_PACKAGE,
  packagesOf,
  POND_HEADERS,
  POND_PATH,
  POND_SIM,
  startServices,
  TWO_PACKAGES,
  type Package,
  type Services,
} from './calls.ts';

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

afterEach(async () => {
  await services.stop();
});

async function added(iccid: string, packageTypeId = 105): Promise<Package> {
  const { body } = await services.pond('POST', `/sim/${iccid}/addPackage`, { body: { packageTypeId } });
  return body as Package;
}

const setStatus = (packageId: string, packageStatus: string) =>
  services.pond('POST', `/package/${packageId}/status`, { body: { packageStatus } });

describe('who may call', () => {
  test.each([
    ['no credentials', { ApiKey: '', Authorization: '' }],
    ['a wrong key', { ApiKey: 'x' }],
    ['a wrong password', { Authorization: 'Basic c2FuZGJveDp4' }],
  ])('401 with %s', async (_name, headers) => {
    const { status, body } = await services.pond('GET', `/sim/${POND_SIM}/status`, { headers });

    expect(status).toBe(401);
    expect(body).toMatchObject({ status: 401, message: expect.any(String) });
  });

  test('403 for another distributor', async () => {
    const { status } = await services.raw('GET', `${POND_PATH}/1002/sim/${POND_SIM}/status`, { headers: POND_HEADERS });

    expect(status).toBe(403);
  });

  test('a refused call has no effect', async () => {
    await services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body: { packageTypeId: 105 }, headers: { ApiKey: 'x' } });

    expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
    expect((await services.client.summary()).effects).toEqual({});
  });

  test('the RequestId of a call is echoed back', async () => {
    const { headers } = await services.pond('GET', `/sim/${POND_SIM}/status`, { headers: { RequestId: 'abc-1' } });

    expect(headers.get('RequestId')).toBe('abc-1');
  });
});

describe('a SIM', () => {
  test.each([
    ['18 digits', POND_SIM.slice(0, 18), 400],
    ['20 digits', `${POND_SIM}5`, 400],
    ['letters', 'abc', 400],
    ['19 digits of nobody', '8988303000000009999', 404],
  ])('with %s is refused', async (_name, iccid, expected) => {
    const { status, body } = await services.pond('GET', `/sim/${iccid}/package/infos`);

    expect([status, (body as { readonly status: number }).status]).toEqual([expected, expected]);
  });

  test('tells its status', async () => {
    const { status, body } = await services.pond('GET', `/sim/${POND_SIM}/status`);

    expect(status).toBe(200);
    expect(Object.keys(body as object)).toEqual(['simDataServiceStatus', 'simVoiceServiceStatus', 'simSmsServiceStatus', 'statusOfSim']);
  });
});

describe('packages of a SIM', () => {
  test('added ones wait to be activated', async () => {
    const { status, body } = await services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body: { packageTypeId: 105 } });

    expect(status).toBe(200);
    expect(body).toMatchObject({ simIccid: POND_SIM, packageTypeId: 105, status: 'NOT_ACTIVE', dateActivated: null });
  });

  test('adding is not idempotent', async () => {
    const [first, second] = [await added(POND_SIM), await added(POND_SIM)];

    expect(first.packageId).not.toBe(second.packageId);
    expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(3);
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

    const ended = await setStatus(packageId, 'TERMINATED');
    const revived = await setStatus(packageId, 'ACTIVE');

    expect([ended.status, revived.status]).toEqual([204, 400]);
    expect(await packagesOf(services.pond, POND_SIM)).toContainEqual(expect.objectContaining({ packageId, status: 'TERMINATED' }));
  });

  test('a status that there is none is refused', async () => {
    const { packageId } = await added(POND_SIM);

    expect((await setStatus(packageId, 'GONE')).status).toBe(400);
  });

  test('an unknown package is 404', async () => {
    const { status } = await setStatus('00000000-0000-4000-8000-999999999999', 'ACTIVE');

    expect(status).toBe(404);
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

  test('has ten without a count, and none behind the end', async () => {
    await Promise.all(Array.from({ length: 12 }, () => added(NO_PACKAGE)));

    const [first, behind] = [await page(''), await page('offset=12')];

    expect([first.count, first.total, behind.count, behind.total]).toEqual([10, 12, 0, 12]);
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

describe('package types', () => {
  test('are known by their number', async () => {
    const [known, unknown] = [await services.pond('GET', '/packageType/105'), await services.pond('GET', '/packageType/999')];

    expect([known.status, unknown.status]).toEqual([200, 404]);
    expect(known.body).toMatchObject({ packageTypeId: 105, name: 'POND-5GB', status: 'ACTIVE' });
  });

  test('of the inventory are listed', async () => {
    const { body } = await services.pond('GET', '/inventory/1/packageTypes');

    expect((body as readonly Package[]).map(({ packageTypeId }) => packageTypeId)).toEqual([101, 105, 110, 199]);
  });
});

describe('a SIM that loses its last active package is a violation', () => {
  test.each(['TERMINATED', 'NOT_ACTIVE'])('by %s', async (status) => {
    const [last] = await packagesOf(services.pond, POND_SIM);

    await setStatus(last?.packageId ?? '', status);

    expect((await services.client.summary()).violations).toEqual([`SIM ${POND_SIM} was left without an active package`]);
  });

  test('make before break is none', async () => {
    const [old] = await packagesOf(services.pond, POND_SIM);
    const { packageId } = await added(POND_SIM);

    await setStatus(packageId, 'ACTIVE');
    await setStatus(old?.packageId ?? '', 'TERMINATED');

    expect((await services.client.summary()).violations).toEqual([]);
  });

  test('the first of two active packages is none, the second is one', async () => {
    const packages = await packagesOf(services.pond, TWO_PACKAGES);
    const counts: number[] = [];

    for (const { packageId } of packages) {
      await setStatus(packageId, 'TERMINATED');
      counts.push((await services.client.summary()).violations.length);
    }

    expect(counts).toEqual([0, 1]);
  });

  test('an end of a package that was never active is none', async () => {
    const { packageId } = await added(NO_PACKAGE);

    await setStatus(packageId, 'TERMINATED');

    expect((await services.client.summary()).violations).toEqual([]);
  });
});
