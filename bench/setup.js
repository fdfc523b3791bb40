import { loadConfig } from '../dist/config/load-config.js';
import { revio } from '../dist/billing/revio/revio.js';
import { CARRIERS } from '../dist/carriers/registry.js';
import { migrate } from '../dist/database/migrate.js';
import { openDatabase } from '../dist/database/open-database.js';
import { systemClock } from '../dist/domain/clock.js';
import { sampleData } from '../dist/sandbox/sample-data.js';
import { seedDatabase } from '../dist/sandbox/seed-database.js';

/** A SQLite file with the sandbox's rows and these devices. */
export async function seededDatabase(file, ...fleets) {
  const db = await openDatabase(`sqlite:${file}`, { create: true });
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, sampleData());
  for (const fleet of fleets) await seedDatabase(db, fleet);
  await db.close();
}

/** What a session on these settings is opened with. Its accounts are shared by this process alone. */
export function opening(environment) {
  const config = loadConfig({
    flags: environment,
    env: {},
    dotenv: {},
    integrations: [...CARRIERS, revio],
    ceilings: { concurrency: null, perSecond: null },
  });
  const ownProcess = { host: 'bench', pid: process.pid, isAlive: () => true };
  return { config, emit: () => undefined, clock: systemClock, process: ownProcess, probe: null };
}

export const ratio = (value) => value.toFixed(2);

/** One line of the report; `limit` is what the project promises. */
export function atMost(name, value, limit, unit = '') {
  return { name, value: `${ratio(value)}${unit}`, limit: `at most ${limit}${unit}`, ok: value <= limit };
}

export function atLeast(name, value, limit, unit = '') {
  return { name, value: `${ratio(value)}${unit}`, limit: `at least ${limit}${unit}`, ok: value >= limit };
}
