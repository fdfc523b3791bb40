import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { ensureSimulator, runningSimulator } from './ensure-simulator.ts';
import { makeDatabase, removeDatabase } from './make-database.ts';
import type { SandboxFolder } from './sandbox-folder.ts';
import { carrierEnvironment } from './simulator/accounts.ts';
import { simulatorClient, type SimulatorClient } from './simulator-client.ts';

export interface RunningSandbox {
  /** The settings that point a command at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isNew: boolean;
  readonly client: SimulatorClient;
}

/** A simulator with many devices needs a moment to save what it knows. */
const STOP_MS = 15_000;
const LOOK_MS = 20;

/** Starts the simulated carriers and makes the database with its sample devices, as far as they are not there. */
export async function startSandbox(folder: SandboxFolder): Promise<RunningSandbox> {
  const { port, isNew } = await ensureSimulator(folder);
  if (!existsSync(folder.database)) await makeDatabase(folder);
  const environment = {
    DATABASE_URL: `sqlite:${folder.database}`,
    POND_BULK_OPERATOR: 'sandbox',
    POND_BULK_ENVIRONMENT: 'sandbox',
    ...carrierEnvironment(port),
  };
  return { environment, isNew, client: simulatorClient(port) };
}

/** Sample data and carriers as on the first day. */
export async function resetSandbox(folder: SandboxFolder): Promise<void> {
  const { client } = await startSandbox(folder);
  await client.reset();
  removeDatabase(folder.database);
  await makeDatabase(folder);
}

/** Stops the simulator, its state being saved when this resolves; answers whether it ran. */
export async function stopSandbox(folder: SandboxFolder): Promise<boolean> {
  const port = await runningSimulator(folder);
  if (port === null) return false;
  await simulatorClient(port).stop();
  const giveUpAt = Date.now() + STOP_MS;
  while (existsSync(folder.running) && Date.now() < giveUpAt) await sleep(LOOK_MS);
  return true;
}
