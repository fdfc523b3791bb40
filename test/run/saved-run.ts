import { Readable } from 'node:stream';

import { carrierOf } from '../../src/carriers/registry.ts';
import type { Database } from '../../src/database/database.ts';
import { createFactsStore } from '../../src/database/facts-store.ts';
import { createRunStore } from '../../src/database/run-store.ts';
import { createLookupIndex } from '../../src/domain/lookup-index.ts';
import type { BulkChangeInfo } from '../../src/domain/run-store.ts';
import { readList } from '../../src/intake/read-list.ts';
import type { LeaseHolder, RunStore } from '../../src/run/run-store.ts';
import { save } from '../../src/run/save.ts';
import { validate } from '../../src/run/validate.ts';

export interface SavedRun {
  readonly store: RunStore;
  readonly bulkChanges: readonly BulkChangeInfo[];
  readonly holder: LeaseHolder;
}

const portalTypes = { M2M: 0, Mobility: 2 };

/** Validates these ICCIDs for POND-5GB on a database of the sample data, and saves them. */
export async function savedRun(db: Database, runId: string, iccids: readonly string[], pageRows = 4000): Promise<SavedRun> {
  const store = createRunStore(db, {
    operator: 'sandbox',
    now: Date.now,
    portalTypes,
    integrations: new Map(),
  });
  const facts = createFactsStore(db, { permissions: { by: 'tables', queries: {} }, integrations: new Map(), portalTypes, login: 'run' });
  const operator = await facts.operator('sandbox');
  const list = await readList({ name: 'list', stream: Readable.from([Buffer.from(iccids.join('\n'))]) }, new Map());
  const prepared = await facts.prepare(list, {
    operator,
    providerId: null,
    defaults: { plan: 'POND-5GB' },
    services: false,
    activation: false,
  });
  const validation = await validate(prepared, {
    judging: {
      request: { kind: 'change-rate-plan', today: '2026-01-01', refuseActiveRevServices: false },
      index: createLookupIndex(prepared.lookups),
      carrierOf,
    },
    operator,
    providerId: null,
    refusalOf: () => null,
    moduleOf: () => 'M2M',
    pageRows,
  });
  const holder = { runId, host: 'test', pid: process.pid };
  const run = {
    id: runId,
    command: 'change-rate-plan',
    options: {},
    operator: 'sandbox',
    osUser: 't',
    host: 'test',
    environment: 'sandbox',
    reason: null,
    columns: ['iccid'],
    warnings: [],
  };
  const signal = new AbortController().signal;
  await save(store, validation, { run, holder, operator, changeType: 7, preflight: 'Pre-flight', quotas: [], planId: null, signal });
  const found = await store.findRun(runId);
  return { store, bulkChanges: found?.bulkChanges ?? [], holder };
}
