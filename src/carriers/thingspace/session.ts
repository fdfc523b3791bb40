import { z } from 'zod';

import { CallFailed } from '../../domain/call-failed.ts';
import type { AccountSettings } from '../../domain/carrier.ts';
import type { HttpCall, HttpClient, HttpReply } from '../../domain/http.ts';
import type { RowError } from '../../domain/result.ts';
import { parseJson } from '../../http/json.ts';
import { createRedactor, type Redact } from '../../http/redact.ts';
import { readBody, UNTRUSTED } from '../../http/verdict.ts';
import { isTokenRefused, SESSION_EXPIRED, thingSpaceErrors } from './errors.ts';
import { keepToken } from './kept-token.ts';

const tokenSchema = z.object({ access_token: z.string().min(1) });
const sessionSchema = z.object({ sessionToken: z.string().min(1) });

/**
 * An HTTP client that is logged in: by an OAuth token of the gateway and by a session token of the user. A token that is
 * refused in the middle is renewed once per call. Five failed logins lock the account: whatever failed is not repeated, and
 * every call after it rejects with the same CallFailed.
 */
export function createSession(account: HttpClient, settings: AccountSettings): HttpClient {
  const base = settings['BASE_URL'] ?? '';
  const issued: string[] = [];
  let hideTokens: Redact = (text) => text;
  // A refused login repeats the token that it came with, perhaps.
  const http: HttpClient = { ...account, redact: (text) => hideTokens(account.redact(text)) };
  const remember = (token: string): string => {
    issued.push(token);
    hideTokens = createRedactor(issued);
    return token;
  };

  const bearer = keepToken(async (signal) => {
    const key = Buffer.from(`${settings['CLIENT_KEY']}:${settings['CLIENT_SECRET']}`).toString('base64');
    const call: HttpCall = {
      method: 'POST',
      url: `${base}/ts/v1/oauth2/token`,
      headers: { Authorization: `Basic ${key}`, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    };
    const { value } = await readBody(http, call, signal, thingSpaceErrors, (text) => parseJson(tokenSchema, text));
    return remember(value.access_token);
  }, isAuth);

  const logIn = async (signal: AbortSignal): Promise<string> => {
    for (let isRenewed = false; ; isRenewed = true) {
      const token = await bearer.get(signal);
      const call: HttpCall = {
        method: 'POST',
        url: `${base}/m2m/v1/session/login`,
        headers: { Authorization: `Bearer ${token}` },
        body: { username: settings['USERNAME'], password: settings['PASSWORD'] },
        isOnce: true,
      };
      try {
        const { value } = await readBody(http, call, signal, thingSpaceErrors, (text) => parseJson(sessionSchema, text));
        return remember(value.sessionToken);
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        // The gateway did not let it pass: nobody has looked at the password.
        if (isRenewed || !isTokenRefused(error.error.code)) throw new CallFailed(failedLogin(error.error));
        bearer.forget(token);
      }
    }
  };
  const session = keepToken(logIn, isAuth);

  const call =
    (how: 'read' | 'send') =>
    async (request: HttpCall, signal: AbortSignal): Promise<HttpReply> => {
      const renewed = new Set<'bearer' | 'session'>();
      // One for each token that another worker may renew while this call is under way with the old one.
      let repeats = 2;
      for (;;) {
        const tokens = { session: await session.get(signal), bearer: await bearer.get(signal) };
        const headers = { ...request.headers, Authorization: `Bearer ${tokens.bearer}`, 'VZ-M2M-Token': tokens.session };
        const reply = await http[how]({ ...request, headers }, signal);
        const refused = refusedToken(reply);
        if (refused === null) return reply;
        if (repeats > 0 && !(bearer.isCurrent(tokens.bearer) && session.isCurrent(tokens.session))) {
          repeats -= 1;
          continue;
        }
        if (renewed.has(refused)) return reply;
        renewed.add(refused);
        (refused === 'bearer' ? bearer : session).forget(tokens[refused]);
      }
    };

  return { ...http, read: call('read'), send: call('send') };
}

/** The token that an answer says is over. Nothing has been done then. */
function refusedToken(reply: HttpReply): 'bearer' | 'session' | null {
  if (reply.kind !== 'answer' || reply.status < 400) return null;
  const { code } = thingSpaceErrors.parse(reply.text);
  if (code === SESSION_EXPIRED) return 'session';
  return reply.status === 401 || isTokenRefused(code) ? 'bearer' : null;
}

/** Whatever became of a login that was sent, it stops the provider; only one that never arrived may be tried again. */
function failedLogin(error: RowError): RowError {
  if (error.code === 'NOT_REACHED' || error.code === UNTRUSTED || error.class === 'limit') return error;
  const message = error.class === 'auth' ? error.message : `ThingSpace: login failed (${error.message})`;
  return {
    ...error,
    class: 'auth',
    retryable: false,
    message,
    hint: 'not repeated: five failed logins lock the account. Check it, then resume',
  };
}

function isAuth(error: unknown): boolean {
  return error instanceof CallFailed && error.error.class === 'auth';
}
