import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { carrierEnvironment, POND_ACCOUNT } from '../../src/sandbox/simulator/accounts.ts';
import { basic } from '../../src/sandbox/simulator/service.ts';
import { startSimulator, type Simulator } from '../../src/sandbox/simulator/simulator.ts';
import { runCli, type Ran, type RunOptions } from '../end-to-end/cli.ts';
import { mainHere, type SaidHere } from '../end-to-end/in-process.ts';
import { callerOf, type Call } from '../sandbox/simulator/services.ts';
import { watchPackages, type PackageWatch } from './package-watch.ts';

/** The sample fleet with a simulator inside the test process, whose every event is watched. Commands are processes of their own, or run here. */
export interface PondWorld {
  readonly simulator: Simulator;
  readonly watch: PackageWatch;
  /** Calls POND beside the tool; paths are those behind the distributor id. */
  readonly pond: Call;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same in this process: quicker, for what is not stopped on the way. */
  runHere(args: readonly string[]): Promise<SaidHere>;
  /** Writes a list and answers its path. */
  list(text: string): string;
  remove(): Promise<void>;
}

/** Calls give up after 0.4 s; what comes later than that is waited for another 1.6 s. */
const QUICK = {
  POND_CONCURRENCY: '10',
  POND_RATE: '1000',
  POND_TIMEOUT_SECONDS: '0.4',
  SETTLE_SECONDS: '1.6',
  RETRY_MAX_COUNT: '1',
};

export async function pondWorld(): Promise<PondWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-p6-'));
  const url = `sqlite:${join(dir, 'portal.db')}`;
  const db = await openDatabase(url, { create: true });
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, sampleData());
  await db.close();
  const simulator = await startSimulator({ port: 0, onStop: () => undefined });
  const environment = {
    ...carrierEnvironment(simulator.port),
    ...QUICK,
    DATABASE_URL: url,
    POND_BULK_OPERATOR: 'sandbox',
    POND_BULK_ENVIRONMENT: 'sandbox',
  };
  return {
    simulator,
    pond: callerOf(`http://127.0.0.1:${simulator.port}/pond/ds/u/distributorPPUService/v1/${POND_ACCOUNT.distributorId}`, {
      ApiKey: POND_ACCOUNT.apiKey,
      Authorization: basic(POND_ACCOUNT.username, POND_ACCOUNT.password),
    }),
    watch: watchPackages(simulator),
    run: (args, options = {}) => runCli(args, { ...options, env: { ...environment, ...options.env } }),
    runHere: (args) => mainHere(args, { env: environment }),
    list: (text) => {
      const path = join(dir, 'list.csv');
      writeFileSync(path, text);
      return path;
    },
    remove: async () => {
      await simulator.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
