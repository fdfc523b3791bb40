import { expect, test } from 'vitest';

import type { HttpClient, HttpReply } from '../../src/domain/http.ts';
import { createRedactor } from '../../src/http/redact.ts';
import { sentOf, type ServiceErrors } from '../../src/http/verdict.ts';

const nothing = (): Promise<HttpReply> => Promise.reject(new Error('nothing is sent here'));
const clientOf = (...secrets: readonly string[]): HttpClient => ({
  timeoutMs: 1000,
  redact: createRedactor(secrets),
  read: nothing,
  send: nothing,
});
const errors: ServiceErrors = { service: 'Test', rowClass: 'carrier', parse: (text) => ({ code: text, message: text }) };
const answer = (status: number, text: string): HttpReply => ({ kind: 'answer', status, text, retryAfterMs: null });

test('a secret that is part of an ordinary answer does not change what is understood', () => {
  const sent = sentOf(answer(200, '{"id":10550}'), clientOf('1055'), errors, (text) => JSON.parse(text) as unknown);

  expect(sent).toEqual({ kind: 'done', value: { id: 10550 }, response: '{"id":***0}' });
});

test('P10: code, message and response of a refusal are without secrets, also where a long message is cut', () => {
  const text = `${'x'.repeat(495)}top-secret`;

  const sent = sentOf(answer(400, text), clientOf('top-secret'), errors, () => null);

  const redacted = `${'x'.repeat(495)}***`;
  expect(sent).toMatchObject({ kind: 'refused', error: { code: redacted, message: redacted }, response: redacted });
});

test('a 2xx that says no is a refusal with its own words, and nothing is read from it', () => {
  const says = { ...errors, isRefusal: (text: string) => text === 'NO', classify: () => null };

  const refused = sentOf(answer(200, 'NO'), clientOf(), says, (text) => text);
  const unsure = sentOf(answer(200, 'NO'), clientOf(), { ...says, classify: () => 'transient' }, (text) => text);
  const done = sentOf(answer(200, 'YES'), clientOf(), says, (text) => text);

  expect(refused).toMatchObject({ kind: 'refused', error: { class: 'carrier', http: 200, message: 'NO' } });
  expect(unsure).toMatchObject({ kind: 'lost', error: { class: 'transient', message: 'NO' } });
  expect(done).toMatchObject({ kind: 'done', value: 'YES' });
});
