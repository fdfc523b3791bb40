import { resolve } from 'node:path';

import type { Config } from '../config/load-config.ts';
import { createConnections } from '../connections.ts';
import type { ReadDatabase } from '../database/database.ts';
import { findProviders } from '../database/statements/lookups.ts';
import { findSampleDevices } from '../database/statements/sample-devices.ts';
import type { Billing } from '../domain/billing.ts';
import type { Carrier } from '../domain/carrier.ts';
import type { Clock } from '../domain/clock.ts';
import type { Provider } from '../domain/facts.ts';
import { createRedactor } from '../http/redact.ts';
import { checkAccounts } from './accounts.ts';
import { attempt } from './attempt.ts';
import { warning, type Check } from './check.ts';
import { checkDatabases } from './databases.ts';
import { checkFiles, type FilePaths, type Files } from './files.ts';
import type { OperatorSettings } from './operator.ts';

export interface ExamineOptions {
  readonly config: Config;
  readonly operator: OperatorSettings;
  readonly carriers: readonly Carrier[];
  readonly billing: Billing;
  readonly files: Files;
  readonly paths: Omit<FilePaths, 'database'>;
  readonly clock: Clock;
  /** Ends the waiting for carriers. */
  readonly signal: AbortSignal;
}

const SQLITE = 'sqlite:';

/** A diagnosis should not take long: one more try, where a run would have many. */
const RETRIES = 1;

/** Devices to read at a carrier, until it knows one. */
const SAMPLES = 6;

/** Looks at everything that a run needs, and changes nothing. What cannot be looked at is a check that failed, never an error. */
export async function examine(options: ExamineOptions): Promise<readonly Check[]> {
  const { config } = options;
  const redact = createRedactor(config.secrets);
  const checks = [
    ...config.warnings.map((text) => warning('Settings', text, 'pond-bulk config shows all settings and where they came from')),
    ...(await checkDatabases(options, async (db) => [
      ...(await attempt('Accounts', () => accounts(options, db))),
      // That a file is no database has been said already.
      ...(await checkFiles({ ...options.paths, database: db === null ? null : fileOf(config.databaseUrl) }, options.files)),
    ])),
  ];
  return checks.map((check) => ({ ...check, found: redact(check.found) }));
}

async function accounts(options: ExamineOptions, db: ReadDatabase | null): Promise<readonly Check[]> {
  const { config, operator, carriers, billing, clock, signal } = options;
  const connections = createConnections({
    clock,
    redact: createRedactor(config.secrets),
    mayWrite: false,
    maxParallelRequests: config.maxParallelRequests,
    retries: RETRIES,
    onThrottle: () => undefined,
    knownPackages: () => Promise.resolve([]),
    // It must be able to look where it may not write.
    sharing: null,
  });
  return checkAccounts({
    providers: db === null ? withoutDatabase(options) : await findProviders(db, operator.integrations, operator.portalTypes),
    carriers,
    billing,
    accountOf: (integration, providerId) => config.account(integration, providerId),
    connections,
    sampleDevices: (provider) => (db === null ? Promise.resolve([]) : findSampleDevices(db, provider, SAMPLES)),
    signal,
  });
}

/** A provider for every carrier that has an account, so that its credentials are tried all the same. */
function withoutDatabase({ config, carriers }: ExamineOptions): readonly Provider[] {
  return carriers.flatMap((carrier): Provider[] => {
    const { name, integration, portal } = carrier;
    if (carrier.procedure !== undefined || !config.account(carrier, null).ok) return [];
    return [{ id: 0, name, displayName: name, integration, integrationId: 0, portal, tenantId: 0, writeIsEnabled: true }];
  });
}

function fileOf(url: string | null): string | null {
  return url?.startsWith(SQLITE) === true ? resolve(url.slice(SQLITE.length)) : null;
}
