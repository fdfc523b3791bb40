import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { createFactsStore } from '../../../src/database/facts-store.ts';
import { ownTable } from '../../../src/database/own-schema.ts';
import { findLogKeys } from '../../../src/database/portals.ts';
import { spentBeside } from '../../../src/database/statements/spent-changes.ts';
import { readList } from '../../../src/intake/read-list.ts';
import { thingSpaceIccid } from '../../carriers/thingspace.ts';
import { engines, type TestDatabase } from '../engines.ts';
import { sampleOn } from '../sample-on.ts';

const AUDIT = 'Update ThingSpace Rate Plan: ThingSpace API';
const STEP = 'change rate plan';
const FIRST = thingSpaceIccid(1);
const SECOND = thingSpaceIccid(2);

describe.each(engines)('plan changes of the month on $name', ({ create }) => {
  let made: TestDatabase;

  beforeEach(async () => {
    made = await sampleOn(create);
  });

  afterEach(() => made.remove());

  /** Inserts one row with values of our own and answers its id. */
  async function insert(table: string, values: Readonly<Record<string, string | number>>): Promise<number> {
    const names = Object.keys(values);
    await made.db.execute(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`, values);
    const [row] = await made.db.query<{ id: number | string }>(`SELECT MAX(id) AS id FROM ${table}`);
    return Number(row?.id);
  }

  async function bulkChange(providerId = 21): Promise<number> {
    return insert('DeviceBulkChange', { TenantId: 1, ServiceProviderId: providerId, Status: 'PROCESSED', IsActive: 1, IsDeleted: 0 });
  }

  async function audited(bulk: number, iccid: string, at: string, description = AUDIT, errors = 0): Promise<void> {
    const change = await insert('M2M_DeviceChange', { BulkChangeId: bulk, ICCID: iccid, Status: 'PROCESSED', IsActive: 1, IsDeleted: 0 });
    const log = { LogEntryDescription: description, HasErrors: errors, ProcessedDate: at, IsActive: 1, IsDeleted: 0 };
    await insert('DeviceBulkChangeLog', { BulkChangeId: bulk, M2MDeviceChangeId: change, ...log });
  }

  async function underWay(
    bulk: number,
    status: string,
    kinds: readonly string[],
    step = STEP,
    at = '2026-11-05 10:00:00.000',
  ): Promise<void> {
    const row = await insert(ownTable(made.db.engine, 'change_row'), {
      run_id: 'r',
      bulk_change_id: bulk,
      iccid: FIRST,
      provider_id: 21,
      status,
    });
    for (const [index, kind] of kinds.entries()) {
      await insert(ownTable(made.db.engine, 'journal'), { row_id: row, attempt: 1, n: index + 1, step, kind, at, data: '{}' });
    }
  }

  /** Counts of these devices, as validation gets them. */
  async function counted(iccids: readonly string[] = [FIRST, SECOND]): Promise<readonly (number | undefined)[]> {
    const facts = createFactsStore(made.db, {
      permissions: { by: 'tables', queries: {} },
      integrations: new Map(),
      portalTypes: { M2M: 0, Mobility: 2 },
      login: 'run',
    });
    const list = await readList({ name: 'list', stream: Readable.from([Buffer.from(iccids.join('\n'))]) }, new Map());
    const prepared = await facts.prepare(list, {
      operator: await facts.operator('sandbox'),
      providerId: null,
      defaults: {},
      services: false,
      activation: false,
      quotas: { since: '2026-11-01', providers: [{ providerId: 21, audit: AUDIT, step: STEP }] },
    });
    const rows = [];
    for await (const page of prepared.facts()) rows.push(...page);
    return rows.map(({ device }) => device?.changesThisMonth);
  }

  test('are those with an audit row, each device by itself, whoever made them', async () => {
    const bulk = await bulkChange();
    await audited(bulk, FIRST, '2026-11-01 00:00:00.000');
    await audited(bulk, FIRST, '2026-11-20 10:00:00.000');
    await audited(bulk, SECOND, '2026-11-20 10:00:00.000');

    expect(await counted()).toEqual([2, 1]);
  });

  test('are none of another month, that failed, of other steps or at other providers', async () => {
    const bulk = await bulkChange();
    await audited(bulk, FIRST, '2026-10-31 23:59:59.990');
    await audited(bulk, FIRST, '2026-11-02 10:00:00.000', AUDIT, 1);
    await audited(bulk, FIRST, '2026-11-02 10:00:00.000', 'Update ThingSpace Rate Plan: AMOP Update');
    await audited(await bulkChange(2), FIRST, '2026-11-02 10:00:00.000');

    expect(await counted()).toEqual([0, 0]);
  });

  test('are also those of ours that were sent and have not ended', async () => {
    const bulk = await bulkChange();
    await underWay(bulk, 'ACCEPTED', ['note', 'intent', 'answer']);
    await underWay(bulk, 'UNKNOWN', ['note', 'intent', 'answer']);
    await underWay(bulk, 'NOT_STARTED', ['note', 'intent']);

    expect(await counted()).toEqual([3, 0]);
  });

  test('are none of ours that were not sent, have ended, or are of another month', async () => {
    const bulk = await bulkChange();
    await underWay(bulk, 'NOT_STARTED', ['note']);
    await underWay(bulk, 'NOT_STARTED', ['note', 'intent', 'answer']);
    await underWay(bulk, 'FAILED', ['note', 'intent', 'answer']);
    await underWay(bulk, 'UNKNOWN', ['intent'], 'create service');
    await underWay(bulk, 'ACCEPTED', ['intent', 'answer'], STEP, '2026-10-31 10:00:00.000');

    expect(await counted()).toEqual([0, 0]);
  });

  test('are counted alike in the transaction that saves', async () => {
    const bulk = await bulkChange();
    await audited(bulk, FIRST, '2026-11-20 10:00:00.000');
    await audited(bulk, FIRST, '2026-10-31 23:59:59.990');
    await underWay(bulk, 'ACCEPTED', ['note', 'intent', 'answer']);
    const quota = { counted: { providerId: 21, audit: AUDIT, step: STEP }, since: '2026-11-01', refusalOf: () => null };
    const { M2M: logKey } = await findLogKeys(made.db);

    const spent = await made.db.transaction((tx) => spentBeside(tx, [FIRST, SECOND], quota, logKey));

    expect([...spent]).toEqual([[FIRST, 2]]);
    expect(await counted()).toEqual([2, 0]);
  });

  test('cost the same number of statements for any list', async () => {
    const statementsFor = async (iccids: readonly string[]): Promise<number> => {
      const before = made.db.statements;
      await counted(iccids);
      return made.db.statements - before;
    };

    expect(await statementsFor(Array.from({ length: 40 }, (_, index) => thingSpaceIccid(index + 1)))).toBe(await statementsFor([FIRST]));
  });
});
