import { z } from 'zod';

import { parseJson } from '../../http/json.ts';
import type { ServiceErrors } from '../../http/verdict.ts';

const serviceError = z.object({ errorCode: z.string(), errorMessage: z.string().nullish() });
const gatewayFault = z.object({ fault: z.object({ code: z.coerce.string(), message: z.string().nullish() }) });
const tokenError = z.object({ error: z.string(), error_description: z.string().nullish() });

export const SESSION_EXPIRED = 'REQUEST_FAILED.SessionToken.Expired';

/** The gateway does not take the OAuth token (any more). */
const TOKEN_REFUSED: ReadonlySet<string> = new Set(['900901', '900902']);

/** Nothing can be done for any device of this account. */
const ACCOUNT_REFUSED: ReadonlySet<string> = new Set([
  'REQUEST_FAILED.AccountName',
  'REQUEST_FAILED.AccountNotFound',
  'REQUEST_FAILED.MultipleAccounts',
]);

const TOO_MANY_DEVICES: ReadonlySet<string> = new Set(['INPUT_INVALID.NumberofDevices', 'INPUT_INVALID.MaxRequestsExceeded']);

/** The codes of Connectivity Management are told without their first part (`UnifiedWebService.`). */
export const thingSpaceErrors: ServiceErrors = {
  service: 'ThingSpace',
  rowClass: 'carrier',
  parse: (text) => {
    const said = parseJson(serviceError, text);
    if (said !== null) return { code: said.errorCode.replace(/^[^.]*\./, ''), message: said.errorMessage ?? null };
    const fault = parseJson(gatewayFault, text)?.fault;
    if (fault !== undefined) return { code: fault.code, message: fault.message ?? null };
    const refused = parseJson(tokenError, text);
    if (refused !== null) return { code: refused.error, message: refused.error_description ?? null };
    return { code: null, message: /<am:message>([^<]+)</.exec(text)?.[1] ?? null };
  },
  classify: (_status, code) => {
    if (code === null) return null;
    if (code === SESSION_EXPIRED || TOKEN_REFUSED.has(code) || ACCOUNT_REFUSED.has(code)) return 'auth';
    return code === 'REQUEST_FAILED.UnexpectedError' ? 'transient' : null;
  },
};

export function isTokenRefused(code: string | null): boolean {
  return code !== null && TOKEN_REFUSED.has(code);
}

export function isTooManyDevices(code: string): boolean {
  return TOO_MANY_DEVICES.has(code);
}

/**
 * Whether a refusal may be about one device of several. Only the gateway, whose errors have no such codes, and an unknown
 * plan mean all of them.
 */
export function isAboutDevices(code: string): boolean {
  return /^(REQUEST_FAILED|INPUT_INVALID)\./.test(code) && !/servicePlan_?\.NotFound$/i.test(code);
}
