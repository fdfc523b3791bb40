import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { carrierEnvironment } from '../dist/sandbox/simulator/accounts.js';
import { ensureSimulator } from '../dist/sandbox/ensure-simulator.js';
import { pondFleet } from '../dist/sandbox/sample-data.js';
import { sandboxFolder } from '../dist/sandbox/sandbox-folder.js';
import { simulatorClient } from '../dist/sandbox/simulator-client.js';
import { openWriteSession } from '../dist/session.js';
import { saved, validated, worked } from './pipeline.js';
import { atMost, opening, seededDatabase } from './setup.js';

const DEVICES = 10_000;
const LATENCY_MS = 20;
const AT_ONCE = 50;

/** 10 000 POND devices moved to another plan at a simulated carrier in a process of its own. */
export async function plainRun(folder) {
  const file = join(folder, 'run.db');
  const fleet = pondFleet(DEVICES);
  await seededDatabase(file, fleet);
  const list = join(folder, 'run.csv');
  writeFileSync(list, `iccid\n${fleet.tables.Device.map(({ ICCID }) => ICCID).join('\n')}\n`);
  const { port } = await ensureSimulator(sandboxFolder(join(folder, 'simulator')));
  const carrier = simulatorClient(port);
  try {
    await carrier.load({
      pond: { packageTypes: [{ packageTypeId: 105, name: 'POND-5GB' }], sims: fleet.pond.sims, packages: fleet.pond.packages },
    });
    await carrier.latency('pond', LATENCY_MS);
    const environment = {
      ...carrierEnvironment(port),
      DATABASE_URL: `sqlite:${file}`,
      POND_BULK_OPERATOR: 'sandbox',
      POND_CONCURRENCY: String(AT_ONCE),
      POND_RATE: '1000000',
      PAGE_SIZE: '500',
    };
    const oneCallMs = await aloneMs(environment, fleet);
    const before = await carrier.summary();
    const { ms, statements } = await timedRun(environment, list);
    const after = await carrier.summary();
    const calls = after.calls - before.calls;
    const idealMs = (calls * oneCallMs) / AT_ONCE;
    console.log(
      `  ${DEVICES} devices in ${(ms / 1000).toFixed(1)} s: ${calls} calls, one alone takes ${oneCallMs.toFixed(1)} ms, ideal ${(idealMs / 1000).toFixed(1)} s; ${statements} statements; ${after.effects['added package 105']} packages added, ${after.violations.length} violations`,
    );
    return [
      atMost('wall time, times the ideal (calls × latency ÷ 50)', ms / idealMs, 1.15),
      atMost('SQL statements per device during the run', statements / DEVICES, 0.2),
    ];
  } finally {
    await carrier.stop();
  }
}

/** What one call takes when nothing else is going on, through the same client. */
async function aloneMs(environment, fleet) {
  const session = await openWriteSession(opening(environment));
  const calls = 100;
  const change = { device: { iccid: fleet.tables.Device[0].ICCID, providerId: 1 } };
  await session.systems.readPlan(change, 'Pond', new AbortController().signal);
  const startedAt = performance.now();
  for (let call = 0; call < calls; call += 1) await session.systems.readPlan(change, 'Pond', new AbortController().signal);
  const ms = (performance.now() - startedAt) / calls;
  await session.close();
  return ms;
}

async function timedRun(environment, list) {
  const session = await openWriteSession(opening(environment));
  await saved(session, await validated(session, list));
  const statementsBefore = session.statements();
  const startedAt = performance.now();
  await worked(session);
  const ms = performance.now() - startedAt;
  const statements = session.statements() - statementsBefore;
  await session.close();
  return { ms, statements };
}
