/** Which exit code a failure has: configuration and database 2, credentials and permissions 4. */
export type Fault = 'config' | 'credentials';

/** One thing that was looked at, and what to do when it is not well. `warn` stops nothing. */
export type Check =
  | { readonly name: string; readonly ok: true; readonly found: string; readonly advice: null }
  | { readonly name: string; readonly ok: 'warn'; readonly found: string; readonly advice: string }
  | { readonly name: string; readonly ok: false; readonly found: string; readonly advice: string; readonly fault: Fault };

/** A check that found what it should. */
export function well(name: string, found: string): Check {
  return { name, ok: true, found, advice: null };
}

/** A check that found what stops nothing, with advice. */
export function warning(name: string, found: string, advice: string): Check {
  return { name, ok: 'warn', found, advice };
}

/** A check that failed, with advice. */
export function failure(name: string, found: string, advice: string, fault: Fault = 'config'): Check {
  return { name, ok: false, found, advice, fault };
}

/** Names, the first few of many. */
export function listed(names: readonly string[], most = 8): string {
  return names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
