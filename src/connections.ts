import { createHash } from 'node:crypto';

import pLimit from 'p-limit';

import type { Account } from './config/account.ts';
import type { BillingConnection, Billing } from './domain/billing.ts';
import type { Carrier, CarrierConnection, Integration } from './domain/carrier.ts';
import type { Clock } from './domain/clock.ts';
import { createHttpClient } from './http/client.ts';
import { createLimiter, type Limiter, type TurnOf } from './http/limiter.ts';
import type { Redact } from './http/redact.ts';
import { createTurn, TURN_MS } from './http/turn.ts';
import type { TurnHolder, TurnStore } from './domain/turn.ts';
import type { HttpClient } from './domain/http.ts';

/** What all connections of a process share. */
export interface ConnectionsOptions {
  readonly clock: Clock;
  readonly redact: Redact;
  /** False: HTTP clients that refuse everything but reads. */
  readonly mayWrite: boolean;
  /** Asked the moment before anything but a read goes out; rejects when it must not. */
  readonly beforeWrite?: () => Promise<void>;
  /** Requests in flight in the whole process. */
  readonly maxParallelRequests: number;
  /** Tries after the first. */
  readonly retries: number;
  readonly onThrottle: (account: string, waitMs: number, reason: string) => void;
  readonly knownPackages: (iccid: string) => Promise<readonly string[]>;
  /** Whom accounts are shared with; null: with nobody. */
  readonly sharing: Sharing | null;
  /** Put around each client; for tests. */
  readonly wrap?: (http: HttpClient) => HttpClient;
}

/** This process, among those that use the same accounts. */
export interface Sharing {
  readonly turns: TurnStore;
  readonly holder: TurnHolder;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
}

/** Opens what the accounts of carriers and billing are used through. */
export interface Connections {
  carrier(carrier: Carrier, account: Account): CarrierConnection;
  billing(billing: Billing, account: Account): BillingConnection;
  /** Lets other processes use the accounts. */
  close(): Promise<void>;
}

/** How long a carrier may go on saying "too many calls" before its provider is stopped. */
const LIMIT_DEADLINE_MS = 10 * 60_000;

/** Connections to carriers and billing. Those of one account share its limits, whatever provider they are for. */
export function createConnections(options: ConnectionsOptions): Connections {
  const everyone = pLimit(options.maxParallelRequests);
  const limiters = new Map<string, Limiter>();
  const sharedValues = new Map<string, unknown>();

  const keyOf = ({ prefix, accountKey }: Integration, { settings }: Account): string =>
    [prefix, ...accountKey.map((name) => settings[name])].join('\n');

  const limiterOf = (integration: Integration, account: Account): Limiter => {
    const { pace } = account;
    const key = keyOf(integration, account);
    const known = limiters.get(key);
    if (known !== undefined) return known;
    const tell = (waitMs: number, reason: string): void => options.onThrottle(integration.name, waitMs, reason);
    const limiter = createLimiter(pace, everyone, options.clock, tell, turnOf(key, options, tell));
    limiters.set(key, limiter);
    return limiter;
  };

  const { wrap = (http) => http } = options;
  const httpOf = (integration: Integration, account: Account): HttpClient =>
    wrap(
      createHttpClient({
        headers: integration.headers(account.settings),
        timeoutMs: account.timeoutMs,
        retries: options.retries,
        limiter: limiterOf(integration, account),
        redact: options.redact,
        mayWrite: options.mayWrite,
        ...(options.beforeWrite === undefined ? {} : { beforeWrite: options.beforeWrite }),
        limitedFor: (answer) => integration.limitedFor(answer),
        isTransient: (answer) => integration.isTransient?.(answer) ?? false,
        ...(integration.isLoginRefused === undefined ? {} : { isLoginRefused: (answer) => integration.isLoginRefused?.(answer) ?? false }),
        limitDeadlineMs: LIMIT_DEADLINE_MS,
        random: () => options.clock.random(),
      }),
    );

  return {
    carrier: (carrier, account) =>
      carrier.connect({
        http: httpOf(carrier, account),
        settings: account.settings,
        knownPackages: options.knownPackages,
        batchSize: account.batchSize,
        settleMs: account.settleMs,
        shared: <T>(create: () => T): T => {
          const key = keyOf(carrier, account);
          if (!sharedValues.has(key)) sharedValues.set(key, create());
          // Each carrier shares values of one type.
          return sharedValues.get(key) as T;
        },
      }),
    billing: (billing, account) => billing.connect({ http: httpOf(billing, account), settings: account.settings }),
    close: async () => {
      await Promise.all([...limiters.values()].map((limiter) => limiter.close()));
    },
  };
}

/** Turns are kept under a hash of the key: it may hold a secret (Teal's API key). */
function turnOf(key: string, { sharing, clock }: ConnectionsOptions, tell: (waitMs: number, reason: string) => void): TurnOf | undefined {
  if (sharing === null) return undefined;
  const { turns, holder, isAlive } = sharing;
  return (calls) =>
    createTurn({
      ...calls,
      store: turns,
      account: createHash('sha256').update(key).digest('hex'),
      holder,
      clock,
      isAlive,
      onWait: ({ host, pid }) => tell(TURN_MS, `process ${pid} on ${host} uses the same account: they take turns`),
    });
}
