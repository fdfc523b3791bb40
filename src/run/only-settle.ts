import type { EngineOptions } from './run-bulk-changes.ts';

/**
 * Makes the engine settle what was begun and nothing else: it is given no new rows, calls no procedure, sends nothing (its steps
 * refuse to, and so does the HTTP client that it should be given), and looks once at what a carrier has accepted.
 */
export function onlySettle(options: Pick<EngineOptions, 'store'>): Pick<EngineOptions, 'store' | 'deadlineMs' | 'onlySettle'> {
  const store = { ...options.store, claim: () => Promise.resolve([]), callWaiting: () => Promise.resolve(0) };
  return { store, deadlineMs: () => 0, onlySettle: true };
}
