import { expect, test } from 'vitest';

import { createRevioApi } from '../../src/billing/revio/api.ts';
import type { HttpClient } from '../../src/domain/http.ts';

const NEVER = new AbortController().signal;
const line = (service_id: number) => ({ service_id, customer_id: 4711 });

/** Rev.io whose lists have these pages, one after another. */
function revioWith(...pages: readonly { readonly has_more: boolean; readonly records: readonly object[] }[]) {
  const left = [...pages];
  const http: HttpClient = {
    timeoutMs: 1000,
    redact: (text) => text,
    read: async () => {
      const page = left.shift();
      if (page === undefined) throw new Error('an unexpected read');
      return { kind: 'answer', status: 200, text: JSON.stringify({ ok: true, ...page }), retryAfterMs: null };
    },
    send: async () => {
      throw new Error('an unexpected write');
    },
  };
  return createRevioApi('http://host', 'search.number', http);
}

test('a list is read page by page until there is no more', async () => {
  const api = revioWith({ has_more: true, records: [line(1), line(2)] }, { has_more: false, records: [line(3)] });

  expect((await api.services('1', NEVER)).records.map(({ service_id }) => service_id)).toEqual([1, 2, 3]);
});

test('a list may be empty', async () => {
  expect((await revioWith({ has_more: false, records: [] }).services('1', NEVER)).records).toEqual([]);
});

test('an empty page that says there is more cannot be read: a line that is there would look absent, and be made again', async () => {
  const api = revioWith({ has_more: true, records: [line(1)] }, { has_more: true, records: [] });

  await expect(api.services('1', NEVER)).rejects.toMatchObject({ error: { code: 'ANSWER_UNREADABLE' } });
});
