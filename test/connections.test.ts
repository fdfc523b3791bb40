import { afterEach, expect, test } from 'vitest';

import { thingSpace } from '../src/carriers/thingspace/thingspace.ts';
import { createConnections } from '../src/connections.ts';
import { systemClock } from '../src/domain/clock.ts';
import type { PlanChange } from '../src/domain/plan-change.ts';
import { carrierEnvironment } from '../src/sandbox/simulator/accounts.ts';
import { startSimulator, type Simulator } from '../src/sandbox/simulator/simulator.ts';
import { thingSpaceIccid } from './carriers/thingspace.ts';

let simulator: Simulator | null = null;

afterEach(() => simulator?.stop());

test('service providers that use one account share its login, also where it may only read', async () => {
  simulator = await startSimulator({ port: 0, onStop: () => undefined });
  const connections = createConnections({
    clock: systemClock,
    redact: (text) => text,
    mayWrite: false,
    maxParallelRequests: 10,
    retries: 0,
    onThrottle: () => undefined,
    knownPackages: async () => [],
    sharing: null,
  });
  const settings = Object.fromEntries(
    Object.entries(carrierEnvironment(simulator.port)).map(([name, value]) => [name.replace('THINGSPACE_', ''), value]),
  );
  const account = { settings, pace: { concurrency: 10, perSecond: null }, timeoutMs: 5000, batchSize: 200, deadlineMs: 1000 };
  const change = { device: { iccid: thingSpaceIccid(1) } } as PlanChange;

  const plans = await Promise.all(
    ['0000123456-00001', '0000123456-00002'].map((ACCOUNT_NAME) =>
      connections
        .carrier(thingSpace, { ...account, settings: { ...settings, ACCOUNT_NAME } })
        .readPlan(change, new AbortController().signal),
    ),
  );

  const calls = simulator.state.ledger.entries({ service: 'thingspace', limit: 100 }).map(({ path }) => path.split('/').at(-1));
  expect(plans).toEqual([{ plan: 'TS-5MB' }, { plan: 'TS-5MB' }]);
  expect(calls).toEqual(['token', 'login', 'list', 'list']);
});
