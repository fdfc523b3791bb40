import type { EngineOptions } from './engine-options.ts';
import { NO_GATES } from './gates.ts';

type Settling = Pick<EngineOptions, 'store' | 'deadlineMs' | 'gates' | 'waves' | 'onlySettle'>;

/**
 * Makes the engine settle what was begun and nothing else: it is given no new rows, calls no procedure, sends nothing (its steps
 * refuse to, and so does the HTTP client that it should be given), and looks once at what a carrier has accepted.
 */
export function onlySettle(options: Pick<EngineOptions, 'store'>): Settling {
  const store = { ...options.store, claim: () => Promise.resolve([]), callWaiting: () => Promise.resolve(0) };
  return { store, deadlineMs: () => 0, gates: NO_GATES, waves: null, onlySettle: true };
}
