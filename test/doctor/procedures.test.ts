import { describe, expect, test, vi } from 'vitest';

import { checkProcedures } from '../../src/doctor/procedures.ts';
import { EBONDING_PROCEDURE } from '../../src/domain/procedure.ts';
import { engines, sqlite } from '../database/engines.ts';

vi.setConfig({ testTimeout: 60_000 });

test('SQLite has no procedures, and nothing is said about them', async () => {
  const { db, remove } = await sqlite.create();

  const checks = await checkProcedures(db, new Set());
  await remove();

  expect(checks).toEqual([]);
});

const NAME = 'usp_CustomerChangeType_AssignChangeType';

describe.each(engines.filter(({ name }) => name === 'SQL Server'))('on $name', ({ create }) => {
  test('a procedure that is absent or can be called is well, one that requires what nobody knows is not', async () => {
    const { db, remove } = await create();

    const [absent] = await checkProcedures(db, new Set());
    await db.execute(`CREATE PROCEDURE ${NAME} @BulkChangeId bigint, @DeviceId int AS SELECT 1 AS one`);
    const [callable] = await checkProcedures(db, new Set());
    await db.execute(`DROP PROCEDURE ${NAME}`);
    await db.execute(`CREATE PROCEDURE ${NAME} @BulkChangeId bigint, @Mood int AS SELECT 1 AS one`);
    const [demanding] = await checkProcedures(db, new Set());
    await remove();

    expect([absent?.ok, callable?.ok, demanding?.ok]).toEqual([true, true, false]);
    expect(callable?.found).toMatch(/called once per device$/);
    expect(demanding?.found.toLowerCase()).toContain('@mood');
  });

  test('the procedure of a carrier is missed where a service provider needs it', async () => {
    const { db, remove } = await create();

    const [unneeded] = (await checkProcedures(db, new Set())).filter(({ found }) => found.startsWith(EBONDING_PROCEDURE));
    const [needed] = (await checkProcedures(db, new Set([EBONDING_PROCEDURE]))).filter(({ found }) => found.startsWith(EBONDING_PROCEDURE));
    await remove();

    expect([unneeded?.ok, needed?.ok]).toEqual([true, 'warn']);
  });
});
