import type { AccountSettings, Carrier } from '../domain/carrier.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { CarrierProcedure } from '../domain/procedure.ts';
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
  /** Of the procedures by which plans of the providers' carriers are changed. */
  readonly procedures: ReadonlyMap<string, CarrierProcedure>;
  readonly billingAccount: () => AccountLookup;
  readonly billingName: string;
}

/**
 * Why nothing can be sent for a planned change, whatever the device: writes disabled, no credentials configured, no procedure to call.
 * Throws PondBulkError (config) when that procedure cannot be called as it is.
 */
export function refusalOf(verdict: Verdict & { readonly status: 'PLANNED' }, options: RefusalOptions): ProviderRefusal | null {
  const { change } = verdict;
  const provider = options.providers.find(({ id }) => id === change.device.providerId);
  if (provider === undefined) return null;
  if (!provider.writeIsEnabled) {
    const hint = `ServiceProvider.WriteIsEnabled is 0 for ${provider.displayName}`;
    return { code: 'WRITES_DISABLED', message: 'Writes disabled for this service provider', hint };
  }
  const planChange = change.kind === 'change-rate-plan' ? change : change.carrierPlan;
  const carrier = planChange === null ? undefined : options.carrierOf(provider.integration);
  if (planChange !== null && carrier !== undefined) {
    const account = options.carrierAccount(carrier, provider.id);
    if (!account.ok) return missing(carrier.name, account.missing);
    const refusal = carrier.procedure === undefined ? null : uncallable(planChange, carrier, options.procedures.get(carrier.procedure));
    if (refusal !== null) return refusal;
  }
  if (change.kind === 'assign-customer' && change.service !== null) {
    const account = options.billingAccount();
    if (!account.ok) return missing(options.billingName, account.missing);
  }
  return null;
}

function uncallable(
  { effectiveDate }: PlanChange,
  { name, procedure }: Carrier,
  found: CarrierProcedure | undefined,
): ProviderRefusal | null {
  switch (found?.kind) {
    case 'callable':
      if (effectiveDate === null || found.takesDate) return null;
      return {
        code: 'EFFECTIVE_DATE_NOT_SUPPORTED',
        message: `Effective date is not supported by ${name}`,
        hint: `${procedure} has no parameter @EffectiveDate`,
      };
    case 'stand-in':
      return null;
    case 'unusable':
      throw found.error;
    case 'missing':
    case undefined:
      return {
        code: 'PROCEDURE_MISSING',
        message: `The database has no procedure ${procedure}`,
        hint: 'or its login does not see it: pond-bulk db grants tells what it needs',
      };
    default:
      return found satisfies never;
  }
}

function missing(name: string, settings: readonly string[]): ProviderRefusal {
  return { code: 'CREDENTIALS_MISSING', message: `Failed to get ${name} authentication information`, hint: `set ${settings.join(', ')}` };
}
