import type { Account, ConfiguredAccount } from '../config/account.ts';
import type { Connections } from '../connections.ts';
import type { Billing } from '../domain/billing.ts';
import { CallFailed } from '../domain/call-failed.ts';
import type { Carrier, CarrierConnection, Integration } from '../domain/carrier.ts';
import type { Provider } from '../domain/facts.ts';
import type { Device, PlanChange } from '../domain/plan-change.ts';
import { UNTRUSTED } from '../http/verdict.ts';
import { failure, warning, well, type Check } from './check.ts';

export interface AccountsOptions {
  /** Service providers in use; none when the database could not be asked. */
  readonly providers: readonly Provider[];
  readonly carriers: readonly Carrier[];
  readonly billing: Billing;
  readonly accountOf: (integration: Integration, providerId: number | null) => ConfiguredAccount;
  readonly connections: Pick<Connections, 'carrier' | 'billing'>;
  /** Some devices of the provider, to read one. */
  readonly sampleDevices: (provider: Provider) => Promise<readonly Device[]>;
  readonly signal: AbortSignal;
}

/** Credentials of carriers and of billing, each tried by one read. All at once: each account has its own limits. */
export async function checkAccounts(options: AccountsOptions): Promise<readonly Check[]> {
  const { carriers, billing, accountOf, connections, signal } = options;
  const carrierOf = ({ integration }: Provider) => carriers.find((each) => each.integration.toLowerCase() === integration.toLowerCase());
  const some = carriers.some(
    (carrier) =>
      carrier.procedure === undefined && [null, ...options.providers.map(({ id }) => id)].some((id) => accountOf(carrier, id).ok),
  );

  const carrierChecks = options.providers.flatMap((provider): readonly Promise<Check>[] => {
    const name = provider.displayName;
    const carrier = carrierOf(provider);
    if (carrier === undefined) {
      return [
        Promise.resolve(
          warning(name, `integration ${provider.integration} is not supported`, 'its devices are refused: use the portal for them'),
        ),
      ];
    }
    const login =
      carrier.procedure === undefined
        ? checkAccount(name, carrier, accountOf(carrier, provider.id), some, async (account) => {
            const samples = await options.sampleDevices(provider);
            const devices = samples.length === 0 ? [noDevice(provider)] : samples;
            const read = await readOne(connections.carrier(carrier, account), devices, signal);
            return `let in, read SIM ${read.iccid}`;
          })
        : Promise.resolve(well(name, `no account: ${carrier.procedure} changes its plans, see Procedures`));
    if (provider.writeIsEnabled) return [login];
    return [login, Promise.resolve(warning(name, 'ServiceProvider.WriteIsEnabled is 0', 'its devices are refused until it is 1'))];
  });
  const billingCheck = checkAccount(billing.name, billing, accountOf(billing, null), true, async (account) => {
    await connections.billing(billing, account).checkLogin(signal);
    return 'let in';
  });
  return Promise.all([...carrierChecks, billingCheck]);
}

/** Nothing set at all is somebody's choice, unless there is no other account. */
async function checkAccount(
  name: string,
  integration: Integration,
  account: ConfiguredAccount,
  mayBeLeftOut: boolean,
  read: (account: Account) => Promise<string>,
): Promise<Check> {
  if (!account.ok) {
    const advice = `set ${account.missing.join(', ')}`;
    return mayBeLeftOut && account.missing.length === integration.settings.length
      ? warning(name, 'no credentials: what needs it is refused', advice)
      : failure(name, 'credentials missing', advice, 'credentials');
  }
  try {
    return well(name, await read(account));
  } catch (error) {
    return told(name, integration, error);
  }
}

function told(name: string, { prefix, settings }: Integration, error: unknown): Check {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return failure(name, 'no answer in time', `check ${prefix}_BASE_URL and the network`);
  }
  if (!(error instanceof CallFailed)) throw error;
  const { class: kind, code, message, hint, http } = error.error;
  if (code === UNTRUSTED) return failure(name, message, hint ?? '');
  switch (kind) {
    case 'auth':
      return failure(name, message, `check ${settings.map((setting) => `${prefix}_${setting}`).join(', ')}`, 'credentials');
    case 'limit':
      return warning(name, message, hint ?? 'wait until the limit is lifted');
    case 'transient':
      return failure(name, message, hint ?? `check ${prefix}_BASE_URL and the network`);
    case 'carrier':
    case 'billing':
    case 'input':
    case 'database':
    case 'unknown':
      return warning(
        name,
        `answered, but not about the device: ${message}`,
        `check ${prefix}_BASE_URL when it is so for every device (status ${http ?? 'none'})`,
      );
  }
}

/** Reads the first device that the carrier knows: one of them may be gone there. Rejects with CallFailed of the last. */
async function readOne(carrier: CarrierConnection, devices: readonly Device[], signal: AbortSignal): Promise<Device> {
  for (const [at, device] of devices.entries()) {
    try {
      await carrier.readPlan(reading(device), signal);
      return device;
    } catch (error) {
      const isAboutDevice = error instanceof CallFailed && error.error.class === 'carrier';
      if (!isAboutDevice || at === devices.length - 1) throw error;
    }
  }
  throw new Error('there is no device to read');
}

/** Of a provider without devices. The digits are those of no network and no line. */
function noDevice({ id, portal, tenantId }: Provider): Device {
  return { portal, deviceId: 0, iccid: '8900000000000000000', msisdn: '0000000000', eid: null, providerId: id, tenantId };
}

/** A change that is read for and never sent. */
function reading(device: Device): PlanChange {
  return {
    kind: 'change-rate-plan',
    device,
    plan: { id: 0, code: '', packageTypeId: null, planUuid: null },
    commPlan: null,
    effectiveDate: null,
    before: {},
  };
}
