import { describe, expect, test } from 'vitest';

import { createPondApi } from '../../src/carriers/pond/api.ts';
import { setStatus } from '../../src/carriers/pond/steps.ts';
import type { HttpClient, HttpReply } from '../../src/domain/http.ts';

// What the answers of POND mean beyond their HTTP status: the words of a refusal are never taken for the state of a package.

const NEVER = new AbortController().signal;

function answer(status: number, body: unknown): HttpReply {
  return { kind: 'answer', status, text: JSON.stringify(body), retryAfterMs: null };
}

/** A client whose writes are refused in these words, and whose reads are answered one after another. */
function refusing(message: string, ...reads: readonly HttpReply[]) {
  const left = [...reads];
  const http: HttpClient = {
    timeoutMs: 1000,
    redact: (text) => text,
    read: async () => {
      const reply = left.shift();
      if (reply === undefined) throw new Error('an unexpected read');
      return reply;
    },
    send: async () => answer(400, { status: 400, code: 7, message }),
  };
  return { http, api: createPondApi('http://host/1', http) };
}

const packageThatIs = (status: string): HttpReply => answer(200, { packageId: 'p1', packageTypeId: 5, status });

const listed = (packageId: string) => ({ packageId, packageTypeId: 5, status: 'ACTIVE' });
const pageOf = (total: number, ...ids: readonly string[]): HttpReply => answer(200, { total, elements: ids.map(listed) });

describe('the list of packages', () => {
  test('is read page by page to its total', async () => {
    const { api } = refusing('', pageOf(3, 'p1', 'p2'), pageOf(3, 'p3'));

    const { packages } = await api.packages('8988303000000000001', NEVER);

    expect(packages.map(({ packageId }) => packageId)).toEqual(['p1', 'p2', 'p3']);
  });

  test('may be empty', async () => {
    const { api } = refusing('', pageOf(0));

    expect((await api.packages('8988303000000000001', NEVER)).packages).toEqual([]);
  });

  test.each([
    ['at once', [pageOf(2)]],
    ['in the middle', [pageOf(3, 'p1', 'p2'), pageOf(3)]],
  ] as const)('that ends before its total, %s, cannot be read: a package that is there would look absent', async (_when, pages) => {
    const { api } = refusing('', ...pages);

    await expect(api.packages('8988303000000000001', NEVER)).rejects.toMatchObject({ error: { code: 'ANSWER_UNREADABLE' } });
  });
});

describe.each([
  ['ACTIVE', 'Package is already active'],
  ['TERMINATED', 'Package is already terminated'],
] as const)('a package that should become %s, refused with "%s"', (status, message) => {
  test('is done when it is so', async () => {
    const { api, http } = refusing(message, packageThatIs(status));

    expect(await setStatus(api, http, 'p1', status).send(NEVER, '')).toMatchObject({ kind: 'done', value: true });
  });

  test('is refused when it is not', async () => {
    const { api, http } = refusing(message, packageThatIs('NOT_ACTIVE'));

    expect(await setStatus(api, http, 'p1', status).send(NEVER, '')).toMatchObject({ kind: 'refused', error: { code: '7', message } });
  });

  test('is in doubt when it cannot be read', async () => {
    const { api, http } = refusing(message, answer(500, {}));

    expect(await setStatus(api, http, 'p1', status).send(NEVER, '')).toMatchObject({ kind: 'lost', error: { class: 'transient' } });
  });
});

test('another package of the SIM that is already active does not make this one active', async () => {
  const { api, http } = refusing('SIM has an already active package', packageThatIs('NOT_ACTIVE'));

  expect(await setStatus(api, http, 'p1', 'ACTIVE').send(NEVER, '')).toMatchObject({ kind: 'refused' });
});
