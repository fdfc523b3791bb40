import { revio } from './billing/revio/revio.ts';
import { carrierOf } from './carriers/registry.ts';
import { assignCustomer } from './changes/assign-customer.ts';
import type { Systems } from './cli/context.ts';
import type { Account } from './config/account.ts';
import type { Config } from './config/load-config.ts';
import type { Connections } from './connections.ts';
import type { Carrier, CarrierConnection, Integration } from './domain/carrier.ts';
import { PondBulkError } from './domain/errors.ts';
import type { FactsStore } from './domain/facts-store.ts';
import type { CarrierProcedure } from './domain/procedure.ts';
import type { DueReader } from './run/due-store.ts';
import { refusalOf, type RefusalOptions } from './run/refusals.ts';

/** More devices in progress than there are slots: else slots stand empty while the journal commits. */
const IN_PROGRESS_PER_SLOT = 3;
const LEAST_IN_PROGRESS = 4;
/** Where several devices share a call: while some wait for its answer, the next gather. */
const BATCHES_IN_PROGRESS = 2;

/** The carriers and Rev.io as a run uses them. An account is connected when it is first needed. */
export function createSystems(config: Config, connections: Connections, facts: FactsStore, queued: Pick<DueReader, 'isWaiting'>): Systems {
  const carriers = new Map<number, CarrierConnection>();
  const connectionOf = (integration: string, providerId: number): CarrierConnection => {
    const known = carriers.get(providerId);
    if (known !== undefined) return known;
    const carrier = requireCarrier(integration);
    const connection = connections.carrier(carrier, requireAccount(config, carrier, providerId));
    carriers.set(providerId, connection);
    return connection;
  };
  let billing: ReturnType<Connections['billing']> | null = null;
  const billingConnection = () => (billing ??= connections.billing(revio, requireAccount(config, revio, null)));
  /** Null where the settings of the account are incomplete: its rows are refused before anything is sent. */
  const accountOf = ({ providerId, integration }: Parameters<Systems['inProgress']>[0]): Account | null => {
    const carrier = carrierOf(integration);
    const account = carrier === undefined ? null : config.account(carrier, providerId);
    return account?.ok === true ? account : null;
  };
  return {
    carrierOf,
    refusals: async (providers) => {
      const procedures = new Map<string, CarrierProcedure>();
      for (const name of new Set(providers.map(({ integration }) => carrierOf(integration)?.procedure))) {
        if (name !== undefined) procedures.set(name, await facts.carrierProcedure(name));
      }
      const options: RefusalOptions = {
        providers,
        carrierOf,
        carrierAccount: (carrier, providerId) => config.account(carrier, providerId),
        procedures,
        billingAccount: () => config.account(revio, null),
        billingName: revio.name,
      };
      return (verdict) => refusalOf(verdict, options);
    },
    perform:
      (change, { id, integration }) =>
      async (steps) => {
        if (change.kind === 'change-rate-plan') return connectionOf(integration, id).changePlan(change, steps);
        return assignCustomer(change, steps, {
          billing: change.service === null ? null : billingConnection(),
          isWaiting: queued.isWaiting,
          byProcedure: await facts.assignsByProcedure(),
          changePlan: (plan, planSteps) => connectionOf(integration, id).changePlan(plan, planSteps),
        });
      },
    readPlan: (change, integration, signal) => connectionOf(integration, change.device.providerId).readPlan(change, signal),
    inProgress: (bulkChange) => {
      const account = accountOf(bulkChange);
      if (account === null) return LEAST_IN_PROGRESS * IN_PROGRESS_PER_SLOT;
      return Math.max(LEAST_IN_PROGRESS, account.pace.concurrency * IN_PROGRESS_PER_SLOT, account.batchSize * BATCHES_IN_PROGRESS);
    },
    deadlineMs: (bulkChange) => accountOf(bulkChange)?.deadlineMs ?? 0,
  };
}

function requireCarrier(integration: string): Carrier {
  const carrier = carrierOf(integration);
  if (carrier === undefined) throw new PondBulkError('config', 'INTEGRATION_NOT_SUPPORTED', `Integration ${integration} is not supported`);
  return carrier;
}

function requireAccount(config: Config, integration: Integration, providerId: number | null): Account {
  const account = config.account(integration, providerId);
  if (account.ok) return account;
  throw new PondBulkError(
    'credentials',
    'CREDENTIALS_MISSING',
    `Failed to get ${integration.name} authentication information: set ${account.missing.join(', ')}`,
  );
}
