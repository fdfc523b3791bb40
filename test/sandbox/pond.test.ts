import { describe, expect, test } from 'vitest';

import { basic } from '../../src/sandbox/simulator/service.ts';
import { sim, testSimulator, type Call } from './simulators.ts';

interface PackageBody {
  readonly packageId: string;
  readonly packageTypeId: number;
  readonly status: string;
}

async function packagesOf(pond: Call, iccid: string, query = ''): Promise<readonly PackageBody[]> {
  const { body } = await pond('GET', `/sim/${iccid}/package/infos${query}`);
  return (body as { readonly elements: readonly PackageBody[] }).elements;
}

describe('credentials', () => {
  test.each([
    ['a wrong key', { ApiKey: 'wrong' }, 401],
    ['a wrong password', { Authorization: basic('sandbox', 'wrong') }, 401],
  ])('%s is refused with %i and an error body', async (_name, headers, status) => {
    const { pond } = await testSimulator();

    const answered = await pond('GET', `/sim/${sim(1)}/status`, undefined, headers);

    expect(answered).toMatchObject({ status, body: { status, code: 0, referenceId: null } });
  });

  test('another distributor is forbidden', async () => {
    const { pond } = await testSimulator();

    // The caller's base ends with the own id: 1001 becomes 10019.
    const answered = await pond('GET', `9/sim/${sim(1)}/status`);

    expect(answered.status).toBe(403);
  });
});

describe('SIMs and packages', () => {
  test.each([
    ['18 digits', sim(1).slice(0, 18), 400],
    ['20 digits', `${sim(1)}1`, 400],
    ['no SIM of this account', '8900000000000000000', 404],
  ])('%s: %s is answered with %i', async (_name, iccid, status) => {
    const { pond } = await testSimulator();

    const answered = await pond('GET', `/sim/${iccid}/package/infos`);

    expect(answered).toMatchObject({ status, body: { status } });
  });

  test('an added package is NOT_ACTIVE, beside the active one, and another each time', async () => {
    const { pond } = await testSimulator();

    const first = await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });
    const second = await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });

    expect(first).toMatchObject({ status: 200, body: { simIccid: sim(1), packageTypeId: 105, status: 'NOT_ACTIVE' } });
    expect((second.body as PackageBody).packageId).not.toBe((first.body as PackageBody).packageId);
    expect((await packagesOf(pond, sim(1))).map(({ packageTypeId }) => packageTypeId).toSorted((a, b) => a - b)).toEqual([101, 105, 105]);
  });

  test.each([
    ['an unknown type', { packageTypeId: 999 }, 404],
    ['a type that is text', { packageTypeId: '105' }, 400],
    ['no JSON', '{', 400],
  ])('adding %s adds nothing', async (_name, body, status) => {
    const { pond } = await testSimulator();

    const answered = await pond('POST', `/sim/${sim(1)}/addPackage`, body);

    expect(answered.status).toBe(status);
    expect(await packagesOf(pond, sim(1))).toHaveLength(1);
  });

  test('a package goes from NOT_ACTIVE to ACTIVE to TERMINATED; each once, the second is 400 already', async () => {
    const { pond } = await testSimulator();
    const { packageId } = (await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 })).body as PackageBody;
    const set = (packageStatus: string) => pond('POST', `/package/${packageId}/status`, { packageStatus });

    const answers = [await set('ACTIVE'), await set('ACTIVE'), await set('TERMINATED'), await set('TERMINATED'), await set('ACTIVE')];

    expect(answers.map(({ status }) => status)).toEqual([204, 400, 204, 400, 400]);
    expect(answers[1]?.body).toMatchObject({ message: 'package is already active' });
    expect((await pond('GET', `/package/${packageId}/info`)).body).toMatchObject({ packageId, status: 'TERMINATED' });
  });

  test('packages come in pages, of the statuses asked for', async () => {
    const { pond } = await testSimulator();
    for (let n = 0; n < 4; n += 1) await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 });

    const page = await pond('GET', `/sim/${sim(1)}/package/infos?packageStatuses=NOT_ACTIVE&offset=2&count=10`);
    const both = await packagesOf(pond, sim(1), '?packageStatuses=ACTIVE&packageStatuses=NOT_ACTIVE&count=3');
    const backwards = await packagesOf(pond, sim(1), '?sortOrder=DESC');

    expect(page.body).toMatchObject({ total: 4, offset: 2, count: 2 });
    expect(both).toHaveLength(3);
    expect(backwards.map(({ packageId }) => packageId)).toEqual(
      (await packagesOf(pond, sim(1))).map(({ packageId }) => packageId).toReversed(),
    );
  });

  test('package types are known, unknown ones are 404', async () => {
    const { pond } = await testSimulator();

    const answers = [await pond('GET', '/packageType/105'), await pond('GET', '/packageType/999'), await pond('GET', '/package/none/info')];

    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
    expect(answers[0]?.body).toMatchObject({ packageTypeId: 105, name: 'POND-5GB', status: 'ACTIVE' });
  });

  test('a RequestId comes back, with errors too', async () => {
    const { pond } = await testSimulator();

    const good = await pond('GET', `/sim/${sim(1)}/status`, undefined, { RequestId: 'r-1' });
    const bad = await pond('GET', '/sim/1/status', undefined, { RequestId: 'r-2' });

    expect([good.headers.get('RequestId'), bad.headers.get('RequestId')]).toEqual(['r-1', 'r-2']);
  });
});

describe('P6: the checker', () => {
  test.each(['TERMINATED', 'NOT_ACTIVE'])('a SIM whose only package becomes %s is a violation', async (packageStatus) => {
    const { pond, client } = await testSimulator();
    const [only] = await packagesOf(pond, sim(1));

    await pond('POST', `/package/${only?.packageId}/status`, { packageStatus });

    expect((await client.summary()).violations).toEqual([`SIM ${sim(1)} was left without an active package`]);
  });

  test('make before break is none, nor is a SIM that never had a package', async () => {
    const { pond, client } = await testSimulator();
    const [old] = await packagesOf(pond, sim(1));
    const added = (await pond('POST', `/sim/${sim(1)}/addPackage`, { packageTypeId: 105 })).body as PackageBody;
    const bare = (await pond('POST', `/sim/${sim(47)}/addPackage`, { packageTypeId: 105 })).body as PackageBody;

    await pond('POST', `/package/${added.packageId}/status`, { packageStatus: 'ACTIVE' });
    await pond('POST', `/package/${old?.packageId}/status`, { packageStatus: 'TERMINATED' });
    await pond('POST', `/package/${bare.packageId}/status`, { packageStatus: 'TERMINATED' });

    expect((await client.summary()).violations).toEqual([]);
  });
});
