import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Database } from '../../src/database/database.ts';
import { setOf } from '../../src/database/sets.ts';
import { findPlans } from '../../src/database/statements/lookups.ts';
import { AT, countFrom, fleet, newRow, resultsOf, saveRows, settle } from './store-world.ts';
import { engines, type TestDatabase } from './engines.ts';

/** Beyond 2^53: a number of JavaScript holds only every 256th id from here on. */
const FIRST = 2n ** 60n + 1n;

/** A character of each plane of Unicode, and what JSON, CSV, SQL and LIKE take for something else. */
const PLANES = `${Array.from({ length: 17 }, (_, plane) => String.fromCodePoint(plane * 0x1_0000 + 0x4e2d)).join('')}😀'"\\ \n\r\t%[]{}:é`;

describe.each(engines)('values on $name', ({ create, name }) => {
  let made: TestDatabase;
  let db: Database;
  const texts = (sql: string) => db.query<Readonly<Record<string, string | null>>>(sql);

  beforeEach(async () => {
    made = await create();
    db = made.db;
    await fleet(db);
  }, 60_000);
  afterEach(async () => {
    vi.unstubAllEnvs();
    await made.remove();
  }, 60_000);

  test('ids beyond 2^53 come through save, claim, journal, verdict, audit and status unrounded', async () => {
    await countFrom(db, FIRST);
    const refused = newRow(3, { status: 'REJECTED', change: null, message: 'Invalid ICCID' });

    const { store, saved } = await saveRows(db, [newRow(1), newRow(2, { changeRequest: '{"own":2}' }), refused]);
    const claimed = await store.claim(saved.id, 10);
    const begun = await store.begun(saved.id, { afterId: '0', limit: 10, onlyAccepted: false });
    const journals = [];
    for (const row of claimed) journals.push(await settle(store, saved.id, row, 'ok'));
    await store.finish('run-1', [saved.id], 0);

    expect([FIRST, FIRST + 1n].map(String)).toContain(saved.id);
    expect(claimed.map(({ line }) => line)).toEqual([1, 2]);
    expect(claimed.every(({ rowId }) => BigInt(rowId) >= FIRST)).toBe(true);
    expect(begun).toEqual(claimed);
    expect(journals.map((entries) => entries.map(({ n, data }) => `${n} ${data.kind}`))).toEqual([
      ['1 intent', '2 answer'],
      ['1 intent', '2 answer'],
    ]);
    expect((await store.findRun('run-1'))?.bulkChanges).toMatchObject([
      { id: saved.id, status: 'ERROR', byStatus: { APPLIED: 2, REJECTED: 1 } },
    ]);
    expect(await store.runOfBulkChange(saved.id)).toBe('run-1');
    expect((await resultsOf(store, saved.id)).map(({ bulkChangeId, status }) => `${bulkChangeId} ${status}`)).toEqual([
      `${saved.id} APPLIED`,
      `${saved.id} APPLIED`,
      `${saved.id} REJECTED`,
    ]);
    const audited = await texts(
      `SELECT CAST(log_.BulkChangeId AS nvarchar(30)) AS bulk_change, one.ICCID AS iccid, one.Status AS status, request.ChangeRequest AS request
      FROM DeviceBulkChangeLog AS log_
      JOIN M2M_DeviceChange AS one ON one.id = log_.M2MDeviceChangeId AND one.BulkChangeId = log_.BulkChangeId
      JOIN DeviceChangeRequest AS request ON request.id = one.DeviceChangeRequestId
      WHERE log_.id >= ${FIRST} ORDER BY one.ICCID`,
    );
    expect(audited).toEqual([
      { bulk_change: saved.id, iccid: newRow(1).iccid, status: 'PROCESSED', request: '{"plan":"POND-5GB"}' },
      { bulk_change: saved.id, iccid: newRow(2).iccid, status: 'PROCESSED', request: '{"own":2}' },
      { bulk_change: saved.id, iccid: newRow(3).iccid, status: 'ERROR', request: '{"plan":"POND-5GB"}' },
    ]);
  });

  test('a claim takes as many rows as it may, the next claim others', async () => {
    const { store, saved } = await saveRows(
      db,
      Array.from({ length: 9 }, (_, index) => newRow(index + 1)),
    );

    const claims = [
      await store.claim(saved.id, 4),
      await store.claim(saved.id, 4),
      await store.claim(saved.id, 4),
      await store.claim(saved.id, 4),
    ];

    expect(claims.map((rows) => rows.length)).toEqual([4, 4, 1, 0]);
    expect(new Set(claims.flat().map(({ rowId }) => rowId)).size).toBe(9);
  });

  test('a plan number that would be rounded is none: it would name another plan', async () => {
    await db.execute(`UPDATE JasperCarrierRatePlan SET JasperRatePlanId = ${FIRST} WHERE RatePlanCode = 'POND-5GB'`);

    const plans = await findPlans(db, [1]);

    expect(plans.find(({ code }) => code === 'POND-5GB')?.packageTypeId).toBeNull();
    expect(plans.find(({ code }) => code === 'POND-1GB')?.packageTypeId).toEqual(expect.any(Number));
  });

  test('an answer of 1 MB is in the journal and in the audit row, whole', async () => {
    const { store, saved } = await saveRows(db, [newRow(1)]);
    const [row] = await store.claim(saved.id, 1);
    const answer = `${'x'.repeat(1_048_576)}\nend`;

    const journal = row && (await settle(store, saved.id, row, answer));

    expect(journal?.at(-1)?.data).toMatchObject({ response: answer });
    const [audited] = await texts(
      'SELECT ResponseText AS said FROM DeviceBulkChangeLog WHERE BulkChangeId = (SELECT MAX(id) FROM DeviceBulkChange)',
    );
    expect(audited?.['said'] === answer).toBe(true);
  });

  test('texts come back character by character, of whatever plane', async () => {
    const refused = newRow(2, {
      iccid: PLANES.slice(0, 33),
      cellsJson: JSON.stringify([PLANES]),
      status: 'REJECTED',
      change: null,
      message: PLANES,
    });

    const { store, saved } = await saveRows(db, [newRow(1, { changeRequest: JSON.stringify({ PLANES }) }), refused]);
    const [row] = await store.claim(saved.id, 1);
    const journal = row && (await settle(store, saved.id, row, PLANES));

    expect(journal?.at(-1)?.data).toMatchObject({ response: PLANES });
    expect((await resultsOf(store, saved.id))[1]).toMatchObject({ message: PLANES, cells: [PLANES] });
    const said = await texts(`SELECT ResponseText AS said FROM DeviceBulkChangeLog WHERE BulkChangeId = ${saved.id}`);
    expect(said).toEqual([{ said: PLANES }, { said: PLANES }]);
  });

  test('a cell that is longer than the column is cut between two characters', async () => {
    const iccid = `${'x'.repeat(49)}😀 and more`;

    const { store, saved } = await saveRows(db, [newRow(1, { iccid, status: 'REJECTED', change: null, message: 'Invalid ICCID' })]);

    expect(await resultsOf(store, saved.id)).toMatchObject([{ iccid: 'x'.repeat(49), status: 'REJECTED' }]);
    expect(await texts(`SELECT ICCID AS iccid FROM M2M_DeviceChange WHERE BulkChangeId = ${saved.id}`)).toEqual([
      { iccid: 'x'.repeat(49) },
    ]);
  });

  test('a phone number as long as the column of a device is saved', async () => {
    const phoneNumber = '4'.repeat(50);

    const { store, saved } = await saveRows(db, [newRow(1, { phoneNumber })]);

    expect(await resultsOf(store, saved.id)).toMatchObject([{ phoneNumber }]);
  });

  test.each(['America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Kiritimati'])('times are UTC, also of a process in %s', async (zone) => {
    vi.stubEnv('TZ', zone);
    expect(new Date(AT).getTimezoneOffset()).not.toBe(0);

    const { store, saved } = await saveRows(db, [newRow(1)]);
    const [row] = await store.claim(saved.id, 1);
    const journal = row && (await settle(store, saved.id, row, 'ok'));

    expect(journal?.map(({ at }) => at)).toEqual([AT, AT]);
    expect((await store.findRun('run-1'))?.startedAt).toBe('2026-11-03 23:59:59.997');
    // As text in the database itself: no driver has a hand in it.
    const text = db.engine === 'mssql' ? 'CONVERT(nvarchar(30), CreatedDate, 121)' : 'CreatedDate';
    expect(await texts(`SELECT ${text} AS at FROM DeviceBulkChange WHERE id = ${saved.id}`)).toEqual([{ at: '2026-11-03 23:59:59.997' }]);
  });

  test.runIf(name === 'SQL Server')('times are read the same whatever order of day and month the login has', async () => {
    const at = new Date('2026-03-04T05:06:07.090Z');
    const set = setOf('times', { at: 'datetime' });

    const [row] = await db.transaction(async (tx) => {
      await tx.execute('SET DATEFORMAT dmy');
      return tx.query(`SELECT MONTH(:at) AS month, MONTH(given.at) AS month_in_set FROM ${set} AS given`, {
        at,
        times: [{ at: '2026-03-04 05:06:07.090' }],
      });
    });

    expect(row).toEqual({ month: 3, month_in_set: 3 });
  });
});
