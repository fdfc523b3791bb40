import { expect, test } from 'vitest';

import { createRevioApi, isLoginRefused, revioErrors } from '../../../src/billing/revio/api.ts';
import type { HttpClient, HttpReply } from '../../../src/domain/http.ts';
import { sentOf } from '../../../src/http/verdict.ts';
import { revioWorld } from './revio-world.ts';

// What Rev.io's answers mean.

const HTTP: HttpClient = {
  timeoutMs: 1000,
  redact: (text) => text,
  read: () => Promise.reject(new Error('nothing is read here')),
  send: () => Promise.reject(new Error('nothing is sent here')),
};
const { parseCreated } = createRevioApi('http://host', 'search.number', HTTP);
const answer = (status: number, body: unknown): HttpReply & { kind: 'answer' } => ({
  kind: 'answer',
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfterMs: null,
});

test.each([
  [201, { ok: true, id: 11027 }, { kind: 'done', value: 11027 }],
  [200, { ok: false, error: 'Number is in use' }, { kind: 'refused', error: { class: 'billing', http: 200, message: 'Number is in use' } }],
  [201, { ok: false, message: 'Number is in use' }, { kind: 'refused', error: { message: 'Number is in use' } }],
  [
    200,
    [
      { ok: false, error: 'one' },
      { ok: false, error: 'two' },
    ],
    { kind: 'refused', error: { message: 'one; two' } },
  ],
  [200, { ok: false }, { kind: 'refused', error: { message: 'Rev.io: status 200' } }],
  [200, { id: 11027 }, { kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } }],
  [200, [], { kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } }],
  [200, '<html>', { kind: 'lost', error: { code: 'ANSWER_UNREADABLE' } }],
  [400, [{ ok: false, error: 'number: invalid' }], { kind: 'refused', error: { message: 'number: invalid' } }],
  [400, 'no such provider\n', { kind: 'refused', error: { message: 'no such provider' } }],
  [404, { ok: false, message: 'Customer not found' }, { kind: 'refused', error: { message: 'Customer not found' } }],
  [500, { ok: false, error: 'oops' }, { kind: 'lost', error: { class: 'transient' } }],
  [401, { statusCode: 401, message: 'Access denied' }, { kind: 'stop', error: { class: 'auth' } }],
  [403, { ok: false, message: 'Forbidden' }, { kind: 'stop', error: { class: 'auth' } }],
  [403, { statusCode: 403, message: 'Out of call volume quota.' }, { kind: 'stop', error: { class: 'limit' } }],
])('%i %o to an order is what it says', (status, body, meaning) => {
  expect(sentOf(answer(status, body), HTTP, revioErrors, parseCreated)).toMatchObject(meaning);
});

test('an order that is refused by a 200 fails in its own words, and is not sent again', async (context) => {
  let sent = 0;
  const world = await revioWorld(context, {
    onOrder: (n) => {
      sent = n;
      return answer(200, { ok: false, error: 'Number is in use' });
    },
  });

  const verdict = await world.assign();

  expect(verdict).toMatchObject({ status: 'FAILED', message: 'Number is in use', effects: [] });
  expect(sent).toBe(1);
});

test.each([
  [{ number: 15200000001 }, [1]],
  [{ number: null, number2: '15200000001' }, [1]],
  [{ number: 15200000002, number2: null }, []],
  [{}, [1]],
])('a line with %o, asked for by 4915200000001: %o', async (numbers, ids) => {
  const list = { ok: true, has_more: false, records: [{ service_id: 1, customer_id: 4711, ...numbers }] };
  const api = createRevioApi('http://host', 'search.number', { ...HTTP, read: () => Promise.resolve(answer(200, list)) });

  const { records } = await api.services('4915200000001', new AbortController().signal);

  expect(records.map(({ service_id }) => service_id)).toEqual(ids);
});

test.each([
  [401, 'Unauthorized', true],
  [403, 'Forbidden', true],
  [403, '{"statusCode":403,"message":"Out of call volume quota. Quota will be replenished in 01:20:00."}', false],
  [404, 'Customer not found', false],
  [500, 'Unauthorized', false],
])('%i %s refuses the credentials: %s', (status, text, isRefused) => {
  expect(isLoginRefused(answer(status, text))).toBe(isRefused);
});
