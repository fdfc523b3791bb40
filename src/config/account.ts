import type { AccountSettings, Integration } from '../domain/carrier.ts';
import { DEADLINE_SECONDS, type NamedSetting } from './integration-settings.ts';
import type { Sources } from './sources.ts';

/** --concurrency and --rate; null: not given. */
export interface Ceilings {
  readonly concurrency: number | null;
  readonly perSecond: number | null;
}

/** An account of an integration: what to log in with, and how fast. */
export interface Account {
  readonly settings: AccountSettings;
  readonly pace: { readonly concurrency: number; readonly perSecond: number | null };
  readonly timeoutMs: number;
  /** Devices in one request. */
  readonly batchSize: number;
  readonly deadlineMs: number;
  /** How long a lost change is read back, where that is not the run's own time. */
  readonly settleMs?: number | undefined;
}

/** An account, or the names of the settings that it lacks. */
export type ConfiguredAccount = (Account & { readonly ok: true }) | { readonly ok: false; readonly missing: readonly string[] };

/** The account of an integration. A provider's own settings (`_<id>`) come first, the shared ones stand in for those it has not. */
export function accountOf(sources: Sources, integration: Integration, providerId: number | null, ceilings: Ceilings): ConfiguredAccount {
  const text = (name: string): string | null => {
    const shared = `${integration.prefix}_${name}`;
    const own = providerId === null ? null : sources.find(`${shared}_${providerId}`);
    return (own ?? sources.find(shared))?.text ?? null;
  };
  const number = (name: string): number | null => {
    const given = text(name);
    return given === null ? null : Number(given);
  };

  const settleMs = (usualMs: number): number => {
    const general = sources.find('SETTLE_SECONDS');
    return (number('SETTLE_SECONDS') ?? (general === null ? usualMs / 1000 : Number(general.text))) * 1000;
  };

  const settings: Record<string, string> = { ...integration.optional };
  const missing: string[] = [];
  for (const name of [...integration.settings, ...Object.keys(integration.optional)]) {
    const value = text(name);
    if (value !== null) settings[name] = name === 'BASE_URL' ? value.replace(/\/+$/, '') : value;
    else if (!(name in integration.optional)) missing.push(`${integration.prefix}_${name}`);
  }
  if (missing.length > 0) return { ok: false, missing };
  return {
    ok: true,
    settings,
    pace: {
      concurrency: lower(number('CONCURRENCY') ?? integration.pace.concurrency, ceilings.concurrency),
      perSecond: lower(number('RATE') ?? integration.pace.perSecond, ceilings.perSecond),
    },
    timeoutMs: (number('TIMEOUT_SECONDS') ?? integration.timeoutMs / 1000) * 1000,
    batchSize: number('BATCH_SIZE') ?? integration.batchSize ?? 1,
    deadlineMs: (number('DEADLINE_SECONDS') ?? DEADLINE_SECONDS) * 1000,
    settleMs: integration.settleMs === undefined ? undefined : settleMs(integration.settleMs),
  };
}

/** Warnings about settings above what the integration's owner documents. They count all the same. */
export function liftedLimits(sources: Sources, named: readonly NamedSetting[]): readonly string[] {
  return named.flatMap(({ name, integration: { documented, pace }, setting }) => {
    const limit = setting.name === 'CONCURRENCY' ? documented.concurrency : setting.name === 'RATE' ? documented.perSecond : null;
    const given = sources.find(name);
    if (limit === null || given === null || Number(given.text) <= limit) return [];
    return [`${name}=${given.text} is above the documented limit of ${Math.round(limit * 100) / 100} (${pace.source})`];
  });
}

/** A ceiling lowers, and never lifts; null is "no limit". */
function lower<T extends number | null>(value: T, ceiling: number | null): T | number {
  if (ceiling === null) return value;
  return value === null ? ceiling : Math.min(value, ceiling);
}
