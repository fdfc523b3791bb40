import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import { THINGSPACE_ACCOUNT } from './accounts.ts';
import { basic, type SimulatedAnswer, type SimulatedCall } from './service.ts';
import { fault, refused } from './thingspace-errors.ts';

/** What the account has given out. Times are milliseconds since the epoch. */
export const loginState = z.object({
  bearer: z.object({ token: z.string(), issuedAt: z.number() }).nullable(),
  session: z.object({ token: z.string(), usedAt: z.number() }).nullable(),
  failedLogins: z.number().int(),
});

type LoginState = z.output<typeof loginState>;

const HOUR_MS = 3_600_000;
/** A session that is not used for so long is over. */
const IDLE_MS = 20 * 60_000;
const MAX_FAILED_LOGINS = 5;

const AUTHORIZATION = basic(THINGSPACE_ACCOUNT.clientKey, THINGSPACE_ACCOUNT.clientSecret);
const loginBody = z.strictObject({ username: z.string(), password: z.string() });

/** The two tokens of ThingSpace: one of the gateway, and one of the user who logs in through it. */
export function simulatedLogin() {
  let state: LoginState = { bearer: null, session: null, failedLogins: 0 };

  const bearer = (): LoginState['bearer'] => {
    if (state.bearer !== null && Date.now() >= state.bearer.issuedAt + HOUR_MS) state.bearer = null;
    return state.bearer;
  };

  return {
    /** `POST /ts/v1/oauth2/token`: within the hour the same token comes back. */
    token: ({ headers, body }: SimulatedCall): SimulatedAnswer => {
      if (headers['authorization'] !== AUTHORIZATION)
        return { status: 401, body: { error: 'invalid_client', error_description: 'Client Authentication failed' } };
      if (!z.object({ grant_type: z.literal('client_credentials') }).safeParse(body).success)
        return { status: 400, body: { error: 'unsupported_grant_type' } };
      const { token, issuedAt } = (state.bearer = bearer() ?? { token: randomUUID(), issuedAt: Date.now() });
      const expires_in = Math.ceil((issuedAt + HOUR_MS - Date.now()) / 1000);
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in } };
    },
    /** `POST /m2m/v1/session/login`: the fifth wrong password locks the account. */
    login: ({ body }: SimulatedCall): SimulatedAnswer => {
      const parsed = loginBody.safeParse(body);
      if (!parsed.success) return refused(400, 'INPUT_INVALID.Login', z.prettifyError(parsed.error));
      if (state.failedLogins >= MAX_FAILED_LOGINS) return refused(401, 'REQUEST_FAILED.UserLocked', 'The user is locked');
      const { username, password } = parsed.data;
      if (username !== THINGSPACE_ACCOUNT.username || password !== THINGSPACE_ACCOUNT.password) {
        state.failedLogins += 1;
        return refused(401, 'REQUEST_FAILED.Unauthorized', 'The user name or password is not valid');
      }
      state.failedLogins = 0;
      state.session = { token: randomUUID(), usedAt: Date.now() };
      return { status: 200, body: { sessionToken: state.session.token } };
    },
    /** Null when the gateway lets the call pass. */
    refuseAtGateway: ({ headers }: SimulatedCall): SimulatedAnswer | null => {
      const known = bearer();
      return known !== null && headers['authorization'] === `Bearer ${known.token}`
        ? null
        : fault(401, '900901', 'Invalid Credentials', 'Access failure: the token is not valid or has expired');
    },
    /** Null when the call is of a session that is alive, which it keeps so. */
    refuseSession: ({ headers }: SimulatedCall): SimulatedAnswer | null => {
      const { session } = state;
      if (session === null || headers['vz-m2m-token'] !== session.token)
        return refused(401, 'REQUEST_FAILED.SessionToken.Invalid', 'The session token is not valid');
      if (Date.now() >= session.usedAt + IDLE_MS)
        return refused(401, 'REQUEST_FAILED.SessionToken.Expired', 'The session token has expired');
      session.usedAt = Date.now();
      return null;
    },
    state: () => state,
    load: (saved: LoginState) => {
      state = saved;
    },
  };
}
