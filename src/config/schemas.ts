import { z } from 'zod';

import { CONNECTION_FORM, readConnection } from './connection.ts';
import { ConnectionProblem } from './connection-values.ts';

/** Above it a wait of Node (setTimeout, 2^31 ms) would end at once. */
const A_WEEK_SECONDS = 7 * 24 * 60 * 60;

/** A whole number between these, as text. */
export function wholeNumber(min: number, max: number) {
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

function numberUpTo(max: number, expected: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, expected)
    .transform(Number)
    .refine((value) => value > 0 && value <= max, expected);
}

export const text = z.string().min(1);
export const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((value) => value === '1');
export const seconds = numberUpTo(A_WEEK_SECONDS, `must be a number above 0, at most ${A_WEEK_SECONDS}`);
export const perSecond = numberUpTo(1_000_000, 'must be a number above 0, at most 1000000');

/** Paths are added to it, and it is shown: neither a query nor a password may be in it. Credentials go there: never in clear over a network. */
export const baseUrl = z.string().superRefine((value, context) => {
  const url = /^https?:\/\/[^/]/i.test(value) ? URL.parse(value) : null;
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain) {
    const message = 'must be an https URL without user, password and query, e.g. https://host/path';
    context.addIssue({ code: 'custom', message });
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    context.addIssue({
      code: 'custom',
      message: 'must begin with https: over http, which is for this machine alone, others could read the credentials',
    });
  }
});

/** The parser of URLs has written addresses in their one form. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Where everything is written. A connection that can only read would end each run with its first write. */
export const databaseUrl = database((text) =>
  readConnection(text).readOnlyIntent
    ? 'has applicationIntent=ReadOnly, which belongs to DATABASE_URL_READ: nothing is written there'
    : null,
);

export const databaseUrlRead = database((text) => {
  readConnection(text);
  return null;
});

function database(mssqlProblem: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = databaseProblem(text, mssqlProblem);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

function databaseProblem(text: string, mssqlProblem: (text: string) => string | null): string | null {
  if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length ? null : CONNECTION_FORM;
  try {
    return mssqlProblem(text);
  } catch (error) {
    if (error instanceof ConnectionProblem) return error.message;
    throw error;
  }
}
