import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../dist/domain/clock.js';
import { createLookupIndex } from '../dist/domain/lookup-index.js';
import { PLAN_PREFLIGHT } from '../dist/domain/carrier-plan-effects.js';
import { openListFile, readList } from '../dist/intake/read-list.js';
import { noProbe } from '../dist/run/probe.js';
import { save } from '../dist/run/save.js';
import { validate } from '../dist/run/validate.js';
import { work } from '../dist/run/work.js';
import { carrierEnvironment } from '../dist/sandbox/simulator/accounts.js';
import { ensureSimulator } from '../dist/sandbox/ensure-simulator.js';
import { pondFleet } from '../dist/sandbox/sample-data.js';
import { sandboxFolder } from '../dist/sandbox/sandbox-folder.js';
import { simulatorClient } from '../dist/sandbox/simulator-client.js';
import { openWriteSession } from '../dist/session.js';
import { atMost, configOf, seededDatabase } from './setup.js';

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
  const session = await openWriteSession(configOf(environment), () => undefined, systemClock);
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
  const config = configOf(environment);
  const session = await openWriteSession(config, () => undefined, systemClock);
  const { store, systems, facts } = session;
  const operator = await facts.operator('sandbox');
  const prepared = await facts.prepare(await readList(openListFile(list), new Map()), {
    operator,
    providerId: null,
    defaults: { plan: 'POND-5GB' },
    services: false,
    activation: false,
  });
  const request = { kind: 'change-rate-plan', today: '2026-01-01', refuseActiveRevServices: false };
  const index = createLookupIndex(prepared.lookups);
  const validated = await validate(prepared, {
    judging: { request, index, carrierOf: systems.carrierOf },
    operator,
    providerId: null,
    refusalOf: () => null,
    moduleOf: () => 'M2M',
    pageRows: 5000,
  });
  const holder = { runId: 'bench', host: 'bench', pid: process.pid };
  const never = new AbortController().signal;
  const run = {
    id: 'bench',
    command: 'change-rate-plan',
    options: {},
    operator: 'sandbox',
    osUser: 'bench',
    host: 'bench',
    environment: 'sandbox',
    reason: null,
    columns: prepared.columns,
    warnings: [],
  };
  await save(store, validated, { run, holder, operator, changeType: 7, preflight: PLAN_PREFLIGHT, probe: noProbe, signal: never });
  const { bulkChanges } = await store.findRun('bench');
  const integration = 'Pond';
  const statementsBefore = session.statements();
  const startedAt = performance.now();
  await work('bench', bulkChanges, {
    store,
    clock: systemClock,
    probe: noProbe,
    emit: () => undefined,
    perform: (change) => systems.perform(change, { id: 1, integration }),
    preflight: PLAN_PREFLIGHT,
    pageSize: config.pageSize,
    settleMs: config.settleSeconds * 1000,
    inProgress: (providerId) => systems.inProgress({ providerId, integration }),
    deadlineMs: () => 0,
    leasing: { holder, isAlive: () => true, warn: () => undefined },
    drain: never,
    abort: never,
    exitCodeOf: () => 0,
  });
  const ms = performance.now() - startedAt;
  const statements = session.statements() - statementsBefore;
  await session.close();
  return { ms, statements };
}
