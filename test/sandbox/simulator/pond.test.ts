import { beforeEach, describe, expect, test } from 'vitest';

import { packagesOf, sim, startServices, type Package, type Services } from './services.ts';

const POND_SIM = sim(1);
const TWO_PACKAGES = sim(46);
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

describe('who may call', () => {
  test.each([
    ['no credentials', { ApiKey: '', Authorization: '' }],
    ['a wrong key', { ApiKey: 'x' }],
    ['a wrong password', { Authorization: 'Basic c2FuZGJveDp4' }],
  ])('401 with %s', async (_name, headers) => {
    const { status, body } = await services.pond('GET', `/sim/${POND_SIM}/status`, { headers });

    expect(status).toBe(401);
    expect(body).toMatchObject({ status: 401, code: 0, referenceId: null, message: expect.any(String) });
  });

  test.each(['/../1002', '9'])('403 for another distributor: 1001%s', async (another) => {
    const { status } = await services.pond('GET', `${another}/sim/${POND_SIM}/status`);

    expect(status).toBe(403);
  });

  test('a refused call has no effect', async () => {
    await services.pond('POST', `/sim/${POND_SIM}/addPackage`, { body: { packageTypeId: 105 }, headers: { ApiKey: 'x' } });

    expect(await packagesOf(services.pond, POND_SIM)).toHaveLength(1);
    expect((await services.client.summary()).effects).toEqual({});
  });

  test('the RequestId of a call is echoed back, with errors too', async () => {
    const answers = [
      await services.pond('GET', `/sim/${POND_SIM}/status`, { headers: { RequestId: 'abc-1' } }),
      await services.pond('GET', '/sim/1/status', { headers: { RequestId: 'abc-2' } }),
    ];

    expect(answers.map(({ status, headers }) => [status, headers.get('RequestId')])).toEqual([
      [200, 'abc-1'],
      [400, 'abc-2'],
    ]);
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

test.each(['packageStatus=ACTIVE', 'limit=10', 'packageStatuses=GONE', 'sortField=colour', 'offset=-1', 'offset=0&offset=10'])(
  'a list of packages with %s is refused',
  async (query) => {
    const { status, body } = await services.pond('GET', `/sim/${POND_SIM}/package/infos?${query}`);

    expect([status, body]).toEqual([400, expect.objectContaining({ message: expect.stringContaining('query') })]);
  },
);

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
