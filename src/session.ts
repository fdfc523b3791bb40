import { randomUUID } from 'node:crypto';

import type { Config } from './config/load-config.ts';
import { assignCustomer } from './changes/assign-customer.ts';
import { revio } from './billing/revio/revio.ts';
import { carrierOf, CARRIERS } from './carriers/registry.ts';
import type { ReadSession, Systems, WriteSession } from './cli/context.ts';
import { createConnections, type Connections, type Sharing } from './connections.ts';
import type { ReadDatabase } from './database/database.ts';
import { createDueReader, createDueStore } from './database/due-store.ts';
import { createFactsStore } from './database/facts-store.ts';
import { missingTables } from './database/migrate.ts';
import { identityOf, openDatabase, openReadOnlyDatabase } from './database/open-database.ts';
import type { Login } from './database/needs.ts';
import { createReconcileStore } from './database/reconcile-store.ts';
import { createRunReader } from './database/run-reader.ts';
import { createRunStore } from './database/run-store.ts';
import { createTurnStore } from './database/turn-store.ts';
import type { PortalTypes } from './database/portals.ts';
import { findKnownPackages } from './database/statements/known-packages.ts';
import type { PermissionSettings } from './database/statements/operator.ts';
import type { Carrier, CarrierConnection } from './domain/carrier.ts';
import type { Clock } from './domain/clock.ts';
import { PondBulkError } from './domain/errors.ts';
import type { Emit } from './domain/event.ts';
import type { FactsStore } from './domain/facts-store.ts';
import type { CarrierProcedure } from './domain/procedure.ts';
import { createRedactor } from './http/redact.ts';
import { createFence, type Fence } from './run/fence.ts';
import { probedHttp } from './probe/probed-http.ts';
import { probedStores } from './probe/probed-stores.ts';
import type { Probe } from './probe/probe.ts';
import { refusalOf, type RefusalOptions } from './run/refusals.ts';

/** What a dry run works with: a database and HTTP clients that cannot write. */
export async function openReadSession(config: Config, emit: Emit, clock: Clock): Promise<ReadSession> {
  const db = await openReadOnlyDatabase(config.databaseUrlRead ?? requireUrl(config), { poolSize: poolSizeOf(config) });
  return sessionOn(db, config, emit, clock, { login: 'dry-run', maySend: false, own: null });
}

/** What a run works with. Rejects with PondBulkError (config) when our own tables are not there. */
export function openWriteSession(
  config: Config,
  emit: Emit,
  clock: Clock,
  process_: OwnProcess,
  probe: Probe | null = null,
): Promise<WriteSession> {
  return openOwnSession(config, emit, clock, process_, { maySend: true, probe });
}

/** What settling works with: a database that can be written to, and HTTP clients that refuse everything but reads. */
export function openSettlingSession(
  config: Config,
  emit: Emit,
  clock: Clock,
  process_: OwnProcess,
  probe: Probe | null = null,
): Promise<WriteSession> {
  return openOwnSession(config, emit, clock, process_, { maySend: false, probe });
}

/** The process that a session is of. */
export interface OwnProcess {
  readonly host: string;
  readonly pid: number;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
}

/** What only a session that may write has. */
interface Own {
  readonly sharing: Sharing;
  readonly fence: Fence;
  /** Null: nobody watches. */
  readonly probe: Probe | null;
}

async function openOwnSession(
  config: Config,
  emit: Emit,
  clock: Clock,
  { host, pid, isAlive }: OwnProcess,
  { maySend, probe }: { readonly maySend: boolean; readonly probe: Probe | null },
): Promise<WriteSession> {
  const onAway = (message: string): void => emit({ type: 'warning', message });
  const db = await openDatabase(requireUrl(config), { poolSize: poolSizeOf(config), onAway });
  try {
    await requireOwnTables(db, config);
    const options = { operator: config.operator ?? '', now: clock.now, portalTypes: portalTypes(config) };
    const sharing = { turns: createTurnStore(db), holder: { id: randomUUID(), host, pid }, isAlive };
    const fence = createFence();
    const stores = {
      store: createRunStore(db, { ...options, integrations: integrationNames(config) }),
      reconciling: createReconcileStore(db, options),
      due: createDueStore(db, options),
    };
    return {
      ...sessionOn(db, config, emit, clock, { login: 'run', maySend, own: { sharing, fence, probe } }),
      fence,
      ...(probe === null ? stores : probedStores(stores, probe)),
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Statements of many devices are sent as one, so a connection is enough for several requests in flight. */
const REQUESTS_PER_CONNECTION = 8;
const LEAST_CONNECTIONS = 4;
const MOST_CONNECTIONS = 32;

function poolSizeOf({ maxParallelRequests }: Config): number {
  return Math.min(MOST_CONNECTIONS, Math.max(LEAST_CONNECTIONS, Math.ceil(maxParallelRequests / REQUESTS_PER_CONNECTION)));
}

async function requireOwnTables(db: ReadDatabase, { environment }: Config): Promise<void> {
  const missing = await missingTables(db);
  if (missing.length === 0) return;
  throw new PondBulkError(
    'config',
    'TABLE_MISSING',
    `The database ${db.identity} has no ${missing.slice(0, 5).join(', ')}. ${
      environment === 'sandbox'
        ? 'The sandbox is of an earlier version; it is made anew with: pond-bulk sandbox reset'
        : 'Make them with: pond-bulk db migrate'
    }`,
  );
}

/** DATABASE_URL. Rejects with PondBulkError (config) when it is not set. */
export function requireUrl(config: Config): string {
  if (config.databaseUrl !== null) return config.databaseUrl;
  throw new PondBulkError(
    'config',
    'DATABASE_URL_MISSING',
    'DATABASE_URL is not set. Give mssql://user:password@host:1433/database, or sqlite:FILE; or try everything on sample data with --sandbox',
  );
}

function sessionOn(
  db: ReadDatabase,
  config: Config,
  emit: Emit,
  clock: Clock,
  { login, maySend, own }: { readonly login: Login; readonly maySend: boolean; readonly own: Own | null },
): ReadSession {
  const probe = own?.probe ?? null;
  const connections = createConnections({
    clock,
    redact: createRedactor(config.secrets),
    mayWrite: maySend,
    ...(own === null ? {} : { beforeWrite: own.fence.pass }),
    maxParallelRequests: config.maxParallelRequests,
    retries: config.retryMaxCount,
    onThrottle: (account, waitMs, reason) => emit({ type: 'throttle', account, waitMs, reason }),
    knownPackages: (iccid) => findKnownPackages(db, iccid),
    sharing: own?.sharing ?? null,
    ...(probe === null ? {} : { wrap: (http) => probedHttp(http, probe) }),
  });
  const facts = createFactsStore(db, {
    permissions: permissionSettings(config),
    integrations: integrationNames(config),
    portalTypes: portalTypes(config),
    login,
  });
  return {
    config,
    // Where changes go, also when a dry run reads from a replica of it.
    database: config.databaseUrl === null ? db.identity : identityOf(config.databaseUrl),
    facts,
    runs: async () => {
      await requireOwnTables(db, config);
      return createRunReader(db, integrationNames(config));
    },
    queued: createDueReader(db, portalTypes(config)),
    systems: createSystems(config, connections, facts),
    statements: () => db.statements,
    close: async () => {
      await connections.close();
      await db.close();
    },
  };
}

/** PORTAL_TYPE_M2M and PORTAL_TYPE_MOBILITY; the numbers of the portal when they are not set. */
export function portalTypes(config: Config): PortalTypes {
  return { M2M: config.number('PORTAL_TYPE', 'M2M') ?? 0, Mobility: config.number('PORTAL_TYPE', 'Mobility') ?? 2 };
}

/** INTEGRATION_<NAME>: names by number. */
export function integrationNames(config: Config): ReadonlyMap<number, string> {
  return new Map(
    CARRIERS.flatMap(({ name }): [number, string][] => {
      const number = config.number('INTEGRATION', name);
      return number === undefined ? [] : [[number, name]];
    }),
  );
}

/** PERMISSIONS and QUERY_…: who says what the operator may do. */
export function permissionSettings(config: Config): PermissionSettings {
  const queries = {
    operator: config.queryOperator,
    tenant: config.queryTenant,
    permission: config.queryPermission,
    providers: config.queryProviders,
    sites: config.querySites,
    plans: config.queryPlans,
  };
  return { by: config.permissions, queries: Object.fromEntries(Object.entries(queries).filter(([, sql]) => sql !== null)) };
}

/** More devices in progress than there are slots: else slots stand empty while the journal commits. */
const IN_PROGRESS_PER_SLOT = 3;
const LEAST_IN_PROGRESS = 4;
/** Where several devices share a call: while some wait for its answer, the next gather. */
const BATCHES_IN_PROGRESS = 2;

function createSystems(config: Config, connections: Connections, facts: FactsStore): Systems {
  const carriers = new Map<number, CarrierConnection>();
  const accountOf = (integration: string, providerId: number) => {
    const carrier = requireCarrier(integration);
    const account = config.account(carrier, providerId);
    if (!account.ok)
      throw new PondBulkError(
        'credentials',
        'CREDENTIALS_MISSING',
        `Failed to get ${carrier.name} authentication information: set ${account.missing.join(', ')}`,
      );
    return { carrier, account };
  };
  const connectionOf = (integration: string, providerId: number): CarrierConnection => {
    const known = carriers.get(providerId);
    if (known !== undefined) return known;
    const { carrier, account } = accountOf(integration, providerId);
    const connection = connections.carrier(carrier, account);
    carriers.set(providerId, connection);
    return connection;
  };
  let billing: ReturnType<Connections['billing']> | null = null;
  const billingConnection = () => {
    const account = config.account(revio, null);
    if (!account.ok)
      throw new PondBulkError(
        'credentials',
        'CREDENTIALS_MISSING',
        `Failed to get ${revio.name} authentication information: set ${account.missing.join(', ')}`,
      );
    return (billing ??= connections.billing(revio, account));
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
          byProcedure: await facts.assignsByProcedure(),
          changePlan: (plan, planSteps) => connectionOf(integration, id).changePlan(plan, planSteps),
        });
      },
    readPlan: (change, integration, signal) => connectionOf(integration, change.device.providerId).readPlan(change, signal),
    inProgress: ({ providerId, integration }) => {
      const carrier = carrierOf(integration);
      const account = carrier === undefined ? null : config.account(carrier, providerId);
      return account?.ok === true
        ? Math.max(LEAST_IN_PROGRESS, account.pace.concurrency * IN_PROGRESS_PER_SLOT, account.batchSize * BATCHES_IN_PROGRESS)
        : LEAST_IN_PROGRESS * IN_PROGRESS_PER_SLOT;
    },
    deadlineMs: ({ providerId, integration }) => {
      const carrier = carrierOf(integration);
      const account = carrier === undefined ? null : config.account(carrier, providerId);
      return account?.ok === true ? account.deadlineMs : 0;
    },
  };
}

function requireCarrier(integration: string): Carrier {
  const carrier = carrierOf(integration);
  if (carrier === undefined) throw new PondBulkError('config', 'INTEGRATION_NOT_SUPPORTED', `Integration ${integration} is not supported`);
  return carrier;
}
