import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createRedactor } from '../../src/http/redact.ts';
import { formsOf } from '../promises/secret-search.ts';

const AWKWARD = 'pä"ss\\w/o+r d&<1>%=';

test.each(['key%', 'key&', 'key\\', 'key+'])('P10: an escape that begins with the last character of %s goes whole', (secret) => {
  const redact = createRedactor([secret]);

  expect(Object.values(formsOf(secret)).map((form) => redact(`[${form}]`))).toEqual(Object.values(formsOf(secret)).map(() => '[***]'));
});

test('P10: whatever the secret and however it is spelled, nothing of it stays', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 30, unit: 'grapheme' }), fc.constantFrom('', 'u', 'us', 'user:'), (secret, before) => {
      // A mask made of the secret's own characters proves nothing.
      fc.pre(!/^\*+$/.test(secret));
      const redact = createRedactor([secret]);
      const base64 = Buffer.from(`${before}${secret}`).toString('base64');

      for (const form of Object.values(formsOf(secret))) expect(redact(`[${form}]`)).toBe('[***]');
      expect(redact(`Basic ${base64} .`)).not.toContain(base64.slice(Math.ceil((before.length * 8) / 6)).replace(/=+$/, ''));
    }),
  );
});

test.each(['secret%', 'secret&', 'secret"', 'secret\\'])(
  'P10: nothing is left over of a secret that ends in a character with longer spellings: %s',
  (secret) => {
    for (const form of Object.values(formsOf(secret))) expect(createRedactor([secret])(`[${form}]`)).toBe('[***]');
  },
);

test.each([
  ['escaped twice for URLs', encodeURIComponent(encodeURIComponent(AWKWARD))],
  ['as numbers of HTML', Array.from(AWKWARD, (char) => `&#${char.codePointAt(0)};`).join('')],
  ['as hexadecimal numbers of HTML', Array.from(AWKWARD, (char) => `&#x${char.codePointAt(0)?.toString(16).toUpperCase()};`).join('')],
  ['all in JSON escapes', Array.from(AWKWARD, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
  ['read in the wrong charset', Buffer.from(AWKWARD).toString('latin1')],
  ['sent in the wrong charset', Buffer.from(AWKWARD, 'latin1').toString()],
  ['in Base64 for URLs', Buffer.from(AWKWARD).toString('base64url')],
])('P10: a secret is found %s', (_how, text) => {
  expect(createRedactor([AWKWARD])(`(${text})`)).toMatch(/^\(\*\*\*=*\)$/);
});

test('of secrets that begin alike the whole longer one goes', () => {
  expect(createRedactor(['abcdef', 'abcdef-ghi'])('abcdef-ghi abcdef')).toBe('*** ***');
});

test('what is no secret stays as it is', () => {
  const text = '{"status":"ACTIVE","packageId":"006e2cd4-417c-4efb-9f67-d3d402d6e2bd"}';

  expect(createRedactor(['q7#Z', AWKWARD])(text)).toBe(text);
  expect(createRedactor([])(text)).toBe(text);
});

test('a long text without end of backslashes or Base64 is read in linear time', () => {
  const text = `${'A'.repeat(2_000_000)}${'\\'.repeat(2_000_000)}`;
  const startedAt = performance.now();

  createRedactor(['\\\\\\\\', 'AAAB', AWKWARD])(text);

  expect(performance.now() - startedAt).toBeLessThan(5000);
});
