import { expect, test } from 'vitest';

import { createThingSpaceApi } from '../../../src/carriers/thingspace/api.ts';
import { isAboutDevices, isTooManyDevices, thingSpaceErrors } from '../../../src/carriers/thingspace/errors.ts';
import type { HttpClient, HttpReply } from '../../../src/domain/http.ts';
import { sentOf } from '../../../src/http/verdict.ts';

const NEVER = new AbortController().signal;
const TARGET = { accountName: '0000123456-00001', servicePlan: 'm2m4G', ipPool: null };

const answer = (status: number, text: string): HttpReply => ({ kind: 'answer', status, text, retryAfterMs: null });

function answering(text: string): HttpClient {
  return { timeoutMs: 1000, redact: (kept) => kept, read: async () => answer(200, text), send: async () => answer(200, text) };
}

test('a change names its devices; without any it is never made', () => {
  const { changePlan } = createThingSpaceApi('http://host/api', answering(''));

  expect(changePlan(TARGET, ['8914'])).toEqual({
    method: 'PUT',
    url: 'http://host/api/m2m/v1/devices/actions/plan',
    body: { accountName: '0000123456-00001', servicePlan: 'm2m4G', devices: [{ deviceIds: [{ kind: 'iccid', id: '8914' }] }] },
  });
  expect(changePlan({ ...TARGET, ipPool: 'pool' }, ['8914']).body).toMatchObject({ carrierIpPoolName: 'pool' });
  expect(() => changePlan(TARGET, [])).toThrow('whole account');
});

test('a list without the device fails its row', async () => {
  const { device } = createThingSpaceApi('http://host/api', answering('{"hasMoreData":false,"devices":[]}'));

  await expect(device('8914', NEVER)).rejects.toMatchObject({
    error: { class: 'carrier', message: 'ThingSpace does not know device 8914' },
  });
});

test.each([
  [400, { errorCode: 'UnifiedWebService.REQUEST_FAILED.AccountNotFound', errorMessage: 'no account' }, 'stop', 'ThingSpace: no account'],
  [400, { errorCode: 'Other.REQUEST_FAILED.MultipleAccounts', errorMessage: 'two' }, 'stop', 'ThingSpace: two'],
  [400, { errorCode: 'UnifiedWebService.REQUEST_FAILED.UnexpectedError', errorMessage: 'oops' }, 'lost', 'ThingSpace: server error 400'],
  [400, { errorCode: 'UnifiedWebService.REQUEST_FAILED.DeviceNotFound', errorMessage: 'no device' }, 'refused', 'no device'],
  [401, { fault: { code: 900901, message: 'Invalid' } }, 'stop', 'ThingSpace: authentication failed'],
  [404, '<am:fault><am:code>404</am:code><am:message>No matching resource</am:message></am:fault>', 'refused', 'No matching resource'],
  [502, '<html>', 'lost', 'ThingSpace: server error 502'],
])('%i %o is %s', (status, body, kind, message) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = sentOf(answer(status, text), answering(''), thingSpaceErrors, () => null);

  expect(sent).toMatchObject({ kind, error: { message } });
});

test.each([
  ['REQUEST_FAILED.DeviceNotFound', true, false],
  ['INPUT_INVALID.DeviceState.Invalid', true, false],
  ['INPUT_INVALID.NumberofDevices', true, true],
  ['INPUT_INVALID.MaxRequestsExceeded', true, true],
  ['REQUEST_FAILED._servicePlan_.NotFound', false, false],
  ['900910', false, false],
  ['HTTP_404', false, false],
])('a request that is refused with %s: sent again in parts %s, and in smaller ones from then on %s', (code, inParts, smaller) => {
  expect([isAboutDevices(code), isTooManyDevices(code)]).toEqual([inParts, smaller]);
});
