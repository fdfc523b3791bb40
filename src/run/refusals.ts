import type { AccountSettings, Carrier } from '../domain/carrier.ts';
import type { Verdict } from '../domain/judge.ts';
import type { Provider } from '../domain/facts.ts';
import type { ProviderRefusal } from './validate.ts';

/** The credentials of an account, or the names of the settings that are missing. */
export type AccountLookup =
  | { readonly ok: true; readonly settings: AccountSettings }
  | { readonly ok: false; readonly missing: readonly string[] };

export interface RefusalOptions {
  readonly providers: readonly Provider[];
  readonly carrierOf: (integration: string) => Carrier | undefined;
  readonly carrierAccount: (carrier: Carrier, providerId: number) => AccountLookup;
  readonly billingAccount: () => AccountLookup;
  readonly billingName: string;
}

/** Why nothing can be sent for a planned change, whatever the device: writes disabled, or no credentials configured. */
export function refusalOf(verdict: Verdict & { readonly status: 'PLANNED' }, options: RefusalOptions): ProviderRefusal | null {
  const { change } = verdict;
  const provider = options.providers.find(({ id }) => id === change.device.providerId);
  if (provider === undefined) return null;
  if (!provider.writeIsEnabled) {
    const hint = `ServiceProvider.WriteIsEnabled is 0 for ${provider.displayName}`;
    return { code: 'WRITES_DISABLED', message: 'Writes disabled for this service provider', hint };
  }
  const needsCarrier = change.kind === 'change-rate-plan' || change.carrierPlan !== null;
  const carrier = needsCarrier ? options.carrierOf(provider.integration) : undefined;
  if (carrier !== undefined) {
    const account = options.carrierAccount(carrier, provider.id);
    if (!account.ok) return missing(carrier.name, account.missing);
  }
  if (change.kind === 'assign-customer' && change.service !== null) {
    const account = options.billingAccount();
    if (!account.ok) return missing(options.billingName, account.missing);
  }
  return null;
}

function missing(name: string, settings: readonly string[]): ProviderRefusal {
  return { code: 'CREDENTIALS_MISSING', message: `Failed to get ${name} authentication information`, hint: `set ${settings.join(', ')}` };
}
