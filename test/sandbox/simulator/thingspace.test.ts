import { beforeEach, describe, expect, test } from 'vitest';

import { THINGSPACE_ACCOUNT } from '../../../src/sandbox/simulator/accounts.ts';
import { basic } from '../../../src/sandbox/simulator/service.ts';
import { thingSpaceIccid } from '../../carriers/thingspace.ts';
import { startServices, type Answer, type Services } from './services.ts';

const { clientKey, clientSecret, username, password, accountName } = THINGSPACE_ACCOUNT;
const [FIRST, SECOND] = [thingSpaceIccid(1), thingSpaceIccid(2)];
const LIST = '/m2m/v1/devices/actions/list';
const CHANGE = '/m2m/v1/devices/actions/plan';

let services: Services;
let headers: Record<string, string>;

beforeEach(async () => {
  services = await startServices();
  const bearer = textOf(await token(), 'access_token');
  headers = { Authorization: `Bearer ${bearer}` };
  headers['VZ-M2M-Token'] = textOf(await login(), 'sessionToken');
});

function token(secret: string = clientSecret): Promise<Answer> {
  const own = { Authorization: basic(clientKey, secret), 'Content-Type': 'application/x-www-form-urlencoded' };
  return services.thingspace('POST', '/ts/v1/oauth2/token', { headers: own, body: 'grant_type=client_credentials' });
}

const login = (given: string = password): Promise<Answer> =>
  services.thingspace('POST', '/m2m/v1/session/login', { headers, body: { username, password: given } });

const read = (iccid = FIRST, more: Record<string, string> = {}): Promise<Answer> =>
  services.thingspace('POST', LIST, { headers: { ...headers, ...more }, body: { deviceId: { kind: 'iccid', id: iccid } } });

const change = (iccids: readonly string[], more: object = {}): Promise<Answer> =>
  services.thingspace('PUT', CHANGE, {
    headers,
    body: { accountName, servicePlan: 'TS-1GB', devices: iccids.map((id) => ({ deviceIds: [{ kind: 'iccid', id }] })), ...more },
  });

/** A member of a simulated answer. */
function textOf({ body }: Answer, name: string): string {
  return String((body as Readonly<Record<string, unknown>>)[name]);
}

const errorOf = (answer: Answer) => [answer.status, textOf(answer, 'errorCode')];

const planOf = ({ text }: Answer) => /"servicePlan":"([^"]+)"/.exec(text)?.[1];

describe('the two tokens', () => {
  test('within the hour the same OAuth token comes back, a wrong secret gets none', async () => {
    const again = await token();
    const wrong = await token('wrong');

    expect(again.body).toMatchObject({ access_token: headers['Authorization']?.slice('Bearer '.length), token_type: 'Bearer' });
    expect([wrong.status, textOf(wrong, 'error')]).toEqual([401, 'invalid_client']);
  });

  test('without the OAuth token the gateway refuses, without the session the service does', async () => {
    const gateway = await read(FIRST, { Authorization: 'Bearer old' });
    const service = await read(FIRST, { 'VZ-M2M-Token': 'old' });

    expect([gateway.status, gateway.body]).toEqual([401, { fault: expect.objectContaining({ code: '900901' }) }]);
    expect(errorOf(service)).toEqual([401, 'UnifiedWebService.REQUEST_FAILED.SessionToken.Invalid']);
  });

  test('a session that was idle for 20 minutes has expired, and a new login goes on', async () => {
    const state = (await services.client.state())['thingspace'] as { login: { session: { usedAt: number } } };
    state.login.session.usedAt -= 20 * 60_000;
    await services.client.load({ thingspace: state });

    const expired = await read();
    headers['VZ-M2M-Token'] = textOf(await login(), 'sessionToken');

    expect(errorOf(expired)).toEqual([401, 'UnifiedWebService.REQUEST_FAILED.SessionToken.Expired']);
    expect((await read()).status).toBe(200);
  });

  test('five wrong passwords lock the account', async () => {
    for (let n = 0; n < 5; n += 1) await login('wrong');

    expect(errorOf(await login())).toEqual([401, 'UnifiedWebService.REQUEST_FAILED.UserLocked']);
  });
});

describe('a change', () => {
  test('is accepted with a requestId, and shows later', async () => {
    await services.client.delay('thingspace', 3_600_000);
    const taken = await change([FIRST, SECOND], { carrierIpPoolName: 'POOL' });
    const before = planOf(await read());
    await services.client.delay('thingspace', 0);

    expect([taken.status, taken.body]).toEqual([200, { requestId: expect.any(String) }]);
    expect([before, planOf(await read()), planOf(await read(SECOND))]).toEqual(['TS-5MB', 'TS-1GB', 'TS-1GB']);
    expect((await services.client.summary()).bySubject).toEqual({ [FIRST]: { 'plan set': 1 }, [SECOND]: { 'plan set': 1 } });
  });

  test('is found in the ledger by each of its devices', async () => {
    await change([FIRST, SECOND]);

    expect(await services.client.ledger({ subject: SECOND })).toMatchObject([{ path: CHANGE, status: 200 }]);
  });

  test('of one device that cannot be changed is done for none', async () => {
    const suspended = await change([FIRST, thingSpaceIccid(38)]);
    const unknown = await change([FIRST, thingSpaceIccid(40)]);
    const foreign = await change([FIRST, thingSpaceIccid(36)]);

    expect([suspended, unknown, foreign].map(errorOf)).toEqual([
      [400, 'UnifiedWebService.INPUT_INVALID.DeviceState.Invalid'],
      [400, 'UnifiedWebService.REQUEST_FAILED.DeviceNotFound'],
      [400, 'UnifiedWebService.REQUEST_FAILED.DeviceNotFound'],
    ]);
    expect((await services.client.summary()).effects).toEqual({});
  });

  test.each([
    ['of more than 200 devices', Array.from({ length: 201 }, () => FIRST), {}, 'INPUT_INVALID.NumberofDevices'],
    ['to an unknown plan', [FIRST], { servicePlan: 'TS-UNKNOWN' }, 'REQUEST_FAILED._servicePlan_.NotFound'],
    ['in an unknown account', [FIRST], { accountName: 'nobody' }, 'REQUEST_FAILED.AccountNotFound'],
    ['with an unknown member', [FIRST], { effectiveDate: '2030-01-01' }, 'INPUT_INVALID.Request'],
  ])('%s is refused', async (_name, iccids, more, code) => {
    expect(errorOf(await change(iccids, more))).toEqual([400, `UnifiedWebService.${code}`]);
  });

  test('without devices is one of the whole account, and a violation', async () => {
    await services.client.delay('thingspace', 0);

    const answer = await change([], { accountName: '0000123456-00002' });

    expect([answer.status, planOf(await read(thingSpaceIccid(36))), planOf(await read())]).toEqual([200, 'TS-1GB', 'TS-5MB']);
    expect((await services.client.summary()).violations).toEqual([expect.stringContaining('whole account')]);
  });

  test('is refused a fifth time in a month, as a violation', async () => {
    for (let n = 0; n < 4; n += 1) await change([FIRST]);

    const fifth = await change([FIRST]);

    expect(errorOf(fifth)).toEqual([400, 'UnifiedWebService.INPUT_INVALID.DeviceState.Invalid']);
    expect((await services.client.summary()).violations).toEqual([expect.stringContaining('more than 4 plan changes')]);
  });
});

test('P2: in read-only mode a login and a read pass, a change does not', async () => {
  await services.client.readOnly(true);

  const answers = [await login(), await read(FIRST, { 'VZ-M2M-Token': textOf(await login(), 'sessionToken') }), await change([FIRST])];

  expect([answers[0]?.status, answers[1]?.status, answers[2]?.status]).toEqual([200, 200, 500]);
  expect((await services.client.summary()).violations).toHaveLength(1);
});

test('a path that there is none is told in XML', async () => {
  const answer = await services.thingspace('GET', '/m2m/v1/nothing', { headers });

  expect([answer.status, answer.text]).toEqual([404, expect.stringContaining('<am:fault')]);
});
