import { revio } from '../../src/billing/revio/revio.ts';
import { CARRIERS } from '../../src/carriers/registry.ts';
import type { Integration } from '../../src/domain/carrier.ts';
import { loadConfig, type ConfigInput, type Texts } from '../../src/config/load-config.ts';

/** An integration with everything there is; only what a test names is set. */
export function integration(given: Partial<Integration> = {}): Integration {
  return {
    name: 'Acme',
    prefix: 'ACME',
    settings: ['BASE_URL', 'USERNAME', 'API_KEY'],
    optional: { REALM: 'main' },
    secrets: ['API_KEY'],
    accountKey: ['BASE_URL', 'USERNAME'],
    pace: { concurrency: 2, perSecond: 4, source: 'Acme REST API' },
    documented: { concurrency: 3, perSecond: 500 / 60 },
    timeoutMs: 30_000,
    headers: () => ({}),
    limitedFor: () => null,
    ...given,
  };
}

export const acme = integration();

/** Credentials of Acme. */
export const ACME = { ACME_BASE_URL: 'https://acme.example/v1', ACME_USERNAME: 'me', ACME_API_KEY: 'key-of-acme' };

/** `dotenv` is the text of a file that is its owner's alone. */
export const load = ({ dotenv = {}, ...input }: LoadInput = {}) =>
  loadConfig({
    flags: {},
    env: {},
    envFile: { path: '/srv/.env', texts: dotenv, isExposed: false },
    integrations: [acme],
    ceilings: { concurrency: null, perSecond: null },
    ...input,
  });

export type LoadInput = Partial<ConfigInput> & { readonly dotenv?: Texts };

/** The integrations that there are. */
export const REAL: readonly Integration[] = [...CARRIERS, revio];

export const loadReal = (input: LoadInput) => load({ integrations: REAL, ...input });
