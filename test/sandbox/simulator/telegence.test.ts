import { beforeEach, expect, test } from 'vitest';

import { telegenceIccid, telegenceNumber } from '../../carriers/telegence.ts';
import { startServices, type Answer, type Services } from './services.ts';

const LINE = `/${telegenceNumber(1)}`;

let services: Services;

beforeEach(async () => {
  services = await startServices();
});

function day(ahead: number): string {
  return `${new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)}Z`;
}

const change = (code: string, more: object = {}): Promise<Answer> =>
  services.telegence('PATCH', LINE, {
    body: { effectiveDate: day(0), serviceCharacteristic: [{ name: 'singleUserCode', value: code }], ...more },
  });

const planOf = ({ text }: Answer) => /"singleUserCode","value":"([^"]+)"/.exec(text)?.[1];

test('a line is known by ten digits and tells its SIM and its plan', async () => {
  const { status, body } = await services.telegence('GET', LINE);

  expect(status).toBe(200);
  expect(body).toEqual({
    subscriberNumber: telegenceNumber(1),
    serviceCharacteristic: [
      { name: 'subscriberStatus', value: 'A' },
      { name: 'singleUserCode', value: 'TG-1GB' },
      { name: 'sim', value: telegenceIccid(1) },
    ],
  });
});

test.each(['/2055550000', '/12055552301', `/${telegenceIccid(1)}`])('%s is no line', async (path) => {
  const answer = await services.telegence('GET', path);

  expect([answer.status, answer.body]).toEqual([404, { errorDescription: 'Subscriber number not found' }]);
});

test('a wrong secret is told in plain text', async () => {
  const answer = await services.telegence('GET', LINE, { headers: { 'app-secret': 'wrong' } });

  expect([answer.status, answer.text]).toEqual([401, 'Unauthorized application']);
});

test('a change of today is made and told at once', async () => {
  const answer = await change('TG-10GB');

  expect([answer.status, planOf(answer), planOf(await services.telegence('GET', LINE))]).toEqual([200, 'TG-10GB', 'TG-10GB']);
  expect((await services.client.summary()).effects).toEqual({ 'plan set': 1 });
});

test('a change of a later day is taken and does not show', async () => {
  const answer = await change('TG-10GB', { effectiveDate: day(30) });

  expect([answer.status, planOf(await services.telegence('GET', LINE))]).toEqual([200, 'TG-1GB']);
  expect((await services.client.summary()).effects).toEqual({ 'plan scheduled': 1 });
});

test.each([
  ['a plan that there is none', { serviceCharacteristic: [{ name: 'singleUserCode', value: 'TG-9TB' }] }],
  ['a date with a time', { effectiveDate: '2030-01-01T00:00:00Z' }],
  ['a day that no calendar has', { effectiveDate: '2027-02-29Z' }],
  ['no date', { effectiveDate: undefined }],
  ['another characteristic', { serviceCharacteristic: [{ name: 'sim', value: '1' }] }],
  ['an unknown member', { plan: 'TG-5GB' }],
])('a change with %s is refused and has no effect', async (_what, more) => {
  const answer = await change('TG-10GB', more);

  expect([answer.status, planOf(await services.telegence('GET', LINE))]).toEqual([400, 'TG-1GB']);
  expect((await services.client.summary()).effects).toEqual({});
});
