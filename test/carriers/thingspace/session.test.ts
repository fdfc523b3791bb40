import { expect, test } from 'vitest';

import { createSession } from '../../../src/carriers/thingspace/session.ts';
import { CallFailed } from '../../../src/domain/call-failed.ts';
import type { HttpCall, HttpClient, HttpReply } from '../../../src/domain/http.ts';

const NEVER = new AbortController().signal;
const SETTINGS = { BASE_URL: 'http://host/api', CLIENT_KEY: 'key', CLIENT_SECRET: 'secret', USERNAME: 'me', PASSWORD: 'password' };
const READ: HttpCall = { method: 'POST', url: 'http://host/api/m2m/v1/devices/actions/list', body: {} };

const answer = (status: number, body: unknown): HttpReply => ({ kind: 'answer', status, text: JSON.stringify(body), retryAfterMs: null });
const TOKEN = answer(200, { access_token: 'the-bearer', token_type: 'Bearer', expires_in: 3600 });
const SESSION = answer(200, { sessionToken: 'the-session' });
const GATEWAY = answer(401, { fault: { code: '900902', message: 'Missing Credentials' } });

interface Script {
  /** Answers of each path, in order; the last one is given again and again. */
  readonly token?: HttpReply[];
  readonly login?: HttpReply[];
  readonly call?: HttpReply[];
}

/** A session on scripted answers, and the calls that were made. */
function scripted({ token = [TOKEN], login = [SESSION], call = [answer(200, {})] }: Script) {
  const calls: HttpCall[] = [];
  const next = async (request: HttpCall): Promise<HttpReply> => {
    calls.push(request);
    const replies = request.url.endsWith('oauth2/token') ? token : request.url.endsWith('session/login') ? login : call;
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === undefined) throw new Error('nothing is scripted');
    return reply;
  };
  const http: HttpClient = { timeoutMs: 1000, redact: (text) => text, read: next, send: next };
  const count = (path: string): number => calls.filter(({ url }) => url.endsWith(path)).length;
  return { session: createSession(http, SETTINGS), calls, logins: () => count('session/login'), tokens: () => count('oauth2/token') };
}

test('the first call logs in, and all carry both tokens; a login may be sent once only', async () => {
  const { session, calls } = scripted({});

  await Promise.all([session.read(READ, NEVER), session.send(READ, NEVER)]);

  expect(calls).toMatchObject([
    {
      url: 'http://host/api/ts/v1/oauth2/token',
      headers: {
        Authorization: `Basic ${Buffer.from('key:secret').toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    },
    {
      url: 'http://host/api/m2m/v1/session/login',
      headers: { Authorization: 'Bearer the-bearer' },
      body: { username: 'me', password: 'password' },
      isOnce: true,
    },
    { headers: { Authorization: 'Bearer the-bearer', 'VZ-M2M-Token': 'the-session' } },
    { headers: { Authorization: 'Bearer the-bearer', 'VZ-M2M-Token': 'the-session' } },
  ]);
});

test.each<[string, HttpReply]>([
  ['is refused', answer(401, { errorCode: 'UnifiedWebService.REQUEST_FAILED.Unauthorized', errorMessage: 'no' })],
  ['is answered with a server error', answer(503, {})],
  ['gets no answer', { kind: 'lost', reason: 'ECONNRESET', timedOut: false }],
  ['gets an answer without a token', answer(200, {})],
])('a login that %s is never repeated: every later call is told the same', async (_name, reply) => {
  const { session, logins, calls } = scripted({ login: [reply] });

  const ended = await Promise.allSettled([session.read(READ, NEVER), session.send(READ, NEVER)]);
  const later = await session.read(READ, NEVER).catch((error: unknown) => error);

  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(later).toBeInstanceOf(CallFailed);
  expect(later).toMatchObject({ error: { class: 'auth', hint: expect.stringContaining('five failed logins') } });
  expect([logins(), calls.includes(READ)]).toEqual([1, false]);
});

test('a login that never arrived may be tried again', async () => {
  const { session, logins } = scripted({ login: [{ kind: 'not-sent', reason: 'ECONNREFUSED' }, SESSION] });

  const first = await session.read(READ, NEVER).catch((error: unknown) => error);
  const second = await session.read(READ, NEVER);

  expect(first).toMatchObject({ error: { class: 'transient' } });
  expect([second, logins()]).toEqual([answer(200, {}), 2]);
});

test('a login that the gateway did not let pass is sent again with a new OAuth token', async () => {
  const { session, logins, tokens } = scripted({ login: [GATEWAY, SESSION] });

  expect(await session.read(READ, NEVER)).toMatchObject({ status: 200 });
  expect([logins(), tokens()]).toEqual([2, 2]);
});

test('OAuth credentials that are refused are not tried again, and nobody logs in', async () => {
  const { session, logins, tokens } = scripted({ token: [answer(401, { error: 'invalid_client', error_description: 'wrong' })] });

  const ended = await Promise.allSettled([session.read(READ, NEVER), session.read(READ, NEVER)]);

  expect(ended.map((each) => each.status === 'rejected' && each.reason instanceof CallFailed && each.reason.error.class)).toEqual([
    'auth',
    'auth',
  ]);
  expect([logins(), tokens()]).toEqual([0, 1]);
});

test.each<[string, HttpReply, readonly [number, number]]>([
  ['900901', answer(401, { fault: { code: '900901' } }), [1, 2]],
  ['401', answer(401, {}), [1, 2]],
  ['SessionToken.Expired', answer(400, { errorCode: 'UnifiedWebService.REQUEST_FAILED.SessionToken.Expired' }), [2, 1]],
])('%s is renewed once for each call; when it comes again it is the answer', async (_name, refused, [expectedLogins, expectedTokens]) => {
  const once = scripted({ call: [refused, answer(200, { fine: true })] });
  const always = scripted({ call: [refused] });

  const answers = [await once.session.send(READ, NEVER), await always.session.send(READ, NEVER)];

  expect(answers).toEqual([answer(200, { fine: true }), refused]);
  expect([once, always].map(({ logins, tokens }) => [logins(), tokens()])).toEqual([
    [expectedLogins, expectedTokens],
    [expectedLogins, expectedTokens],
  ]);
});

test('P10: the tokens are secrets', async () => {
  const { session } = scripted({});
  await session.read(READ, NEVER);

  expect(session.redact('{"a":"the-bearer","b":"the-session","c":"kept"}')).toBe('{"a":"***","b":"***","c":"kept"}');
});

test('a refused login that repeats the token it came with is told without it', async () => {
  const { session } = scripted({ login: [answer(400, { errorCode: 'x.the-bearer', errorMessage: 'refused with Bearer the-bearer' })] });

  await expect(session.read(READ, NEVER)).rejects.toMatchObject({
    error: { class: 'auth', code: '***', message: 'ThingSpace: login failed (refused with Bearer ***)' },
  });
});
