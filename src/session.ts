import { randomUUID } from 'node:crypto';

import type { Config } from './config/load-config.ts';
import type { ReadSession, WriteSession } from './cli/context.ts';
import { createConnections, type Sharing } from './connections.ts';
import { integrationNames, permissionSettings, portalTypes, requireUrl } from './database-settings.ts';
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
import { findKnownPackages } from './database/statements/known-packages.ts';
import type { Clock } from './domain/clock.ts';
import { PondBulkError } from './domain/errors.ts';
import type { Emit } from './domain/event.ts';
import { createRedactor } from './http/redact.ts';
import { createFence, type Fence } from './run/fence.ts';
import { probedHttp } from './probe/probed-http.ts';
import { probedStores } from './probe/probed-stores.ts';
import type { Probe } from './probe/probe.ts';
import { createSystems } from './systems.ts';

/** What every session is opened with. */
export interface SessionOptions {
  readonly config: Config;
  readonly emit: Emit;
  readonly clock: Clock;
}

/** What a session that may write is opened with. */
export interface WriteSessionOptions extends SessionOptions {
  readonly process: OwnProcess;
  /** Null: nobody watches. */
  readonly probe: Probe | null;
}

/** What a dry run works with: a database and HTTP clients that cannot write. */
export async function openReadSession(given: SessionOptions): Promise<ReadSession> {
  const { config } = given;
  const db = await openReadOnlyDatabase(config.databaseUrlRead ?? requireUrl(config), { poolSize: poolSizeOf(config) });
  return sessionOn(db, given, { login: 'dry-run', maySend: false, own: null });
}

/** What a run works with. Rejects with PondBulkError (config) when our own tables are not there. */
export function openWriteSession(given: WriteSessionOptions): Promise<WriteSession> {
  return openOwnSession(given, true);
}

/** What settling works with: a database that can be written to, and HTTP clients that refuse everything but reads. */
export function openSettlingSession(given: WriteSessionOptions): Promise<WriteSession> {
  return openOwnSession(given, false);
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

async function openOwnSession(given: WriteSessionOptions, maySend: boolean): Promise<WriteSession> {
  const { config, emit, clock, probe } = given;
  const { host, pid, isAlive } = given.process;
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
      ...sessionOn(db, given, { login: 'run', maySend, own: { sharing, fence, probe } }),
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

function sessionOn(
  db: ReadDatabase,
  { config, emit, clock }: SessionOptions,
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
  const queued = createDueReader(db, portalTypes(config));
  return {
    config,
    // Where changes go, also when a dry run reads from a replica of it.
    database: config.databaseUrl === null ? db.identity : identityOf(config.databaseUrl),
    facts,
    runs: async () => {
      await requireOwnTables(db, config);
      return createRunReader(db, integrationNames(config));
    },
    queued,
    systems: createSystems(config, connections, facts, queued),
    statements: () => db.statements,
    close: async () => {
      await connections.close();
      await db.close();
    },
  };
}
