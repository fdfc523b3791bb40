import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test, type TestContext } from 'vitest';

import { CARRIERS } from '../../src/carriers/registry.ts';
import { createConnections } from '../../src/connections.ts';
import type { Carrier } from '../../src/domain/carrier.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { PlanChange } from '../../src/domain/plan-change.ts';
import type { SampleData } from '../../src/sandbox/sample/data.ts';
import { pondFleet } from '../../src/sandbox/sample-data.ts';
import { carrierEnvironment } from '../../src/sandbox/simulator/accounts.ts';
import { faultSchema } from '../../src/sandbox/simulator/faults.ts';
import { startSimulator, type Simulator } from '../../src/sandbox/simulator/simulator.ts';
import { controlCenters } from '../carriers/control-center.ts';
import type { CarrierUnderTest } from '../carriers/carrier-under-test.ts';
import { pond } from '../carriers/pond.ts';
import { teal } from '../carriers/teal.ts';
import { telegence } from '../carriers/telegence.ts';
import { thingSpace } from '../carriers/thingspace.ts';
import { runCli, type Ran } from '../end-to-end/cli.ts';
import { sampleDatabase } from '../end-to-end/in-process.ts';

/**
 * How much more than it is set to the simulated carrier takes: on a busy test machine calls arrive later than they were
 * sent, one more than another. test/http/turn.test.ts proves the exact limits, in virtual time.
 */
const JITTER = 1.1;

async function startedSimulator({ onTestFinished }: TestContext, more?: SampleData): Promise<Simulator> {
  const simulator = await startSimulator({ port: 0, onStop: () => undefined, ...(more === undefined ? {} : { more }) });
  onTestFinished(() => simulator.stop());
  return simulator;
}

/** Reads one device as often as the carrier's own pace allows for so long. `begin` is called once the account is logged in. */
async function reads(
  simulator: Simulator,
  { integration, service, devices, subject }: CarrierUnderTest,
  seconds: number,
  begin: () => void = () => undefined,
): Promise<number> {
  const carrier = carrierOf(integration);
  const { pace } = carrier;
  const hosted = simulator.state.services.get(service);
  if (hosted === undefined) throw new Error(`there is no ${service}`);
  // Without a rate the calls at once are what is allowed.
  hosted.latencyMs = pace.perSecond === null ? 500 : 100;
  const allowed = pace.perSecond ?? (pace.concurrency * 1000) / hosted.latencyMs;
  const connections = createConnections({
    clock: systemClock,
    redact: (text) => text,
    mayWrite: false,
    maxParallelRequests: 64,
    retries: 0,
    onThrottle: () => undefined,
    knownPackages: async () => [],
    sharing: null,
  });
  const connection = connections.carrier(carrier, {
    settings: settingsOf(carrier, simulator.port),
    pace,
    timeoutMs: 5000,
    batchSize: 1,
    deadlineMs: 1000,
  });
  // What readPlan looks at.
  const change = { device: { iccid: devices[0], eid: subject(devices[0]), msisdn: subject(devices[0]) } } as PlanChange;
  const signal = new AbortController().signal;
  await connection.readPlan(change, signal);
  await sleep(1000);
  simulator.state.ledger.clear();
  hosted.limit.set({ concurrency: pace.concurrency, perSecond: pace.perSecond === null ? null : Math.ceil(pace.perSecond * JITTER) });
  begin();
  const until = Date.now() + seconds * 1000;
  const work = async (): Promise<void> => {
    while (Date.now() < until) await connection.readPlan(change, signal);
  };
  await Promise.all(Array.from({ length: pace.concurrency * 2 }, work));
  return allowed;
}

function carrierOf(integration: string): Carrier {
  const carrier = CARRIERS.find((each) => each.integration === integration);
  if (carrier === undefined) throw new Error(`there is no ${integration}`);
  return carrier;
}

function settingsOf({ prefix }: Carrier, port: number): Readonly<Record<string, string>> {
  const own = Object.entries(carrierEnvironment(port)).filter(([name]) => name.startsWith(`${prefix}_`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/** Calls per second between two moments; without them, from the first call to the last. */
function usedRate({ state }: Simulator, service: string, from = 0, to = Infinity): number {
  const times = state.ledger
    .entries({ service, limit: 100_000 })
    .map(({ at }) => at)
    .filter((at) => at >= from && at < to);
  return ((times.length - 1) * 1000) / ((times.at(-1) ?? 0) - (times[0] ?? 0));
}

describe.concurrent('P5: at its own pace, never over its limits, and at least 90 % of what they allow', () => {
  test.for([pond, ...controlCenters, thingSpace, teal, telegence])('$integration', { timeout: 30_000 }, async (carrier, context) => {
    const simulator = await startedSimulator(context);

    const allowed = await reads(simulator, carrier, 6);

    const used = usedRate(simulator, carrier.service);
    expect(simulator.state.ledger.summary().violations).toEqual([]);
    expect(used / allowed).toBeGreaterThanOrEqual(0.9);
    expect(used / allowed).toBeLessThanOrEqual(JITTER);
  });

  test.for([pond, ...controlCenters.slice(0, 1), thingSpace, teal, telegence])(
    'after one refusal of $integration nobody calls for as long as it asks, then more slowly',
    { timeout: 30_000 },
    async (carrier, context) => {
      const simulator = await startedSimulator(context);
      const refuseTheTenth = (): void =>
        simulator.state.faults.add(faultSchema.parse({ service: carrier.service, kind: '429', every: 10, seconds: 2 }));

      const allowed = await reads(simulator, carrier, 8, refuseTheTenth);

      const entries = simulator.state.ledger.entries({ service: carrier.service, limit: 100_000 });
      const refusedAt = entries.find(({ fault }) => fault === '429')?.at ?? 0;
      const inPause = entries.filter(({ at }) => at > refusedAt + 200 && at < refusedAt + 1900);
      const later = usedRate(simulator, carrier.service, refusedAt + 2000, refusedAt + 6000);
      expect(refusedAt).toBeGreaterThan(0);
      // Calls that were under way when it came: no more than there are at once.
      expect(inPause.length).toBeLessThanOrEqual(carrierOf(carrier.integration).pace.concurrency - 1);
      expect(later).toBeLessThan(allowed);
      expect(later).toBeGreaterThanOrEqual(0.4 * allowed);
    },
  );
});

/** Of the rate: here processes start, commit and hand over in real time, beside other tests. */
const BUSY_MACHINE = 0.75;

const RATE = 40;
const QUICK = { POND_RATE: String(RATE), POND_CONCURRENCY: '4' };

/** Two processes with lists of their own, on one database and one POND account. */
async function twoProcesses(context: TestContext, devicesEach: number) {
  const fleet = pondFleet(2 * devicesEach);
  const database = await sampleDatabase(fleet);
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-p5-'));
  context.onTestFinished(() => {
    database.remove();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  const simulator = await startedSimulator(context, fleet);
  const hosted = simulator.state.services.get('pond');
  hosted?.limit.set({ concurrency: 4, perSecond: RATE * JITTER });
  if (hosted !== undefined) hosted.latencyMs = 20;
  const env = {
    ...carrierEnvironment(simulator.port),
    ...QUICK,
    DATABASE_URL: `sqlite:${database.path}`,
    POND_BULK_OPERATOR: 'sandbox',
  };
  const iccids = fleet.tables['Device']?.map(({ ICCID }) => String(ICCID)) ?? [];
  const start = (n: 0 | 1): { readonly ended: Promise<Ran>; readonly child: ChildProcess } => {
    const file = join(dir, `list-${n}.csv`);
    writeFileSync(file, `iccid\n${iccids.slice(n * devicesEach, (n + 1) * devicesEach).join('\n')}\n`);
    let child: ChildProcess | null = null;
    const args = ['change-rate-plan', '--file', file, '--plan', 'POND-5GB', '--yes', '--output', 'json'];
    const ended = runCli(args, { env, onStart: (started) => (child = started) });
    if (child === null) throw new Error('it was not started');
    return { ended, child };
  };
  const calls = (): number => simulator.state.ledger.summary().calls;
  return { simulator, start, calls };
}

test('P5: two processes share the limits of an account, and both end', { timeout: 90_000 }, async (context) => {
  const { simulator, start } = await twoProcesses(context, 90);

  const ended = await Promise.all([start(0).ended, start(1).ended]);

  const { violations, effects } = simulator.state.ledger.summary();
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(effects['added package 105']).toBe(180);
  expect(violations).toEqual([]);
  expect(usedRate(simulator, 'pond') / RATE).toBeGreaterThanOrEqual(BUSY_MACHINE);
  expect(usedRate(simulator, 'pond') / RATE).toBeLessThanOrEqual(JITTER);
});

test('P5: when one of two processes is killed the other has the whole rate again within seconds', { timeout: 90_000 }, async (context) => {
  const { simulator, start, calls } = await twoProcesses(context, 60);
  const doomed = start(0);
  while (calls() < 40) await sleep(20);
  const other = start(1);
  while (calls() < 120) await sleep(20);

  doomed.child.kill('SIGKILL');
  const killedAt = Date.now();
  const { code } = await other.ended;

  expect((await doomed.ended).signal).toBe('SIGKILL');
  expect(code).toBe(0);
  expect(simulator.state.ledger.summary().violations).toEqual([]);
  expect(usedRate(simulator, 'pond', killedAt + 5000) / RATE).toBeGreaterThanOrEqual(BUSY_MACHINE);
});
