// What `pond-bulk change-rate-plan` does with a list of POND devices, part by part, so that each can be measured.
import { carrierOf } from '../dist/carriers/registry.js';
import { systemClock } from '../dist/domain/clock.js';
import { PLAN_PREFLIGHT } from '../dist/domain/carrier-plan-effects.js';
import { createLookupIndex } from '../dist/domain/lookup-index.js';
import { openListFile, readList } from '../dist/intake/read-list.js';
import { createFence } from '../dist/run/fence.js';
import { NO_GATES } from '../dist/run/gates.js';
import { save } from '../dist/run/save.js';
import { validate } from '../dist/run/validate.js';
import { work } from '../dist/run/work.js';

const RUN = 'bench';
const holder = { runId: RUN, host: 'bench', pid: process.pid };
const never = new AbortController().signal;

export async function validated({ facts }, list) {
  const operator = await facts.operator('sandbox');
  const prepared = await facts.prepare(await readList(openListFile(list), new Map()), {
    operator,
    providerId: null,
    defaults: { plan: 'POND-5GB' },
    services: false,
    activation: false,
  });
  const request = { kind: 'change-rate-plan', today: '2026-01-01', refuseActiveRevServices: false };
  return validate(prepared, {
    judging: { request, index: createLookupIndex(prepared.lookups), carrierOf },
    operator,
    providerId: null,
    refusalOf: () => null,
    moduleOf: () => 'M2M',
    pageRows: 4000,
  });
}

export async function saved({ store }, validation) {
  const run = {
    id: RUN,
    command: 'change-rate-plan',
    options: {},
    operator: 'sandbox',
    osUser: 'bench',
    host: 'bench',
    environment: 'sandbox',
    reason: null,
    columns: validation.list.columns,
    warnings: [],
  };
  const operator = { name: 'sandbox', tenantId: 1 };
  await save(store, validation, {
    run,
    holder,
    operator,
    changeType: 7,
    preflight: PLAN_PREFLIGHT,
    quotas: [],
    planId: null,
    signal: never,
  });
}

/** Works on the saved rows. `overrides` stand in for parts of the engine's options. */
export async function worked({ store, systems, config }, overrides = {}) {
  const { bulkChanges } = await store.findRun(RUN);
  const integration = 'Pond';
  await work(RUN, bulkChanges, {
    store,
    clock: systemClock,
    emit: () => undefined,
    perform: (change) => systems.perform(change, { id: 1, integration }),
    preflight: PLAN_PREFLIGHT,
    pageSize: config.pageSize,
    settleMs: config.settleSeconds * 1000,
    inProgress: (providerId) => systems.inProgress({ providerId, integration }),
    deadlineMs: () => 0,
    gates: NO_GATES,
    waves: null,
    fence: createFence(),
    leased: () => Promise.resolve(),
    leasing: { holder, isAlive: () => true, warn: () => undefined },
    drain: never,
    abort: never,
    exitCodeOf: () => 0,
    ...overrides,
  });
}
