import { expect, test } from 'vitest';

import type { ReadDatabase } from '../../src/database/database.ts';
import { checkServer } from '../../src/doctor/server.ts';
import type { Clock } from '../../src/domain/clock.ts';

const NOW = Date.UTC(2026, 0, 31, 12);
const clock: Clock = { now: () => NOW, sleep: () => Promise.resolve(), random: () => 0 };

/** A SQL Server that answers the two questions asked of it. */
function serverSaying({ version = '16.0.1000.6', edition = 'Standard Edition', level = 160, offMs = 0 } = {}): ReadDatabase {
  const query = (sql: string): Promise<readonly unknown[]> =>
    Promise.resolve(
      sql.includes('SYSUTCDATETIME')
        ? [{ now: new Date(NOW + offMs).toISOString().replace('T', ' ').replace('Z', '') }]
        : [{ version, edition, babelfish: null, level }],
    );
  // Nothing else of it is used.
  return { engine: 'mssql', identity: 'db:1433/Portal', query } as unknown as ReadDatabase;
}

test.each([
  [0, true, '0.0 s ahead of this machine'],
  [-1500, true, '1.5 s behind this machine'],
  [2500, 'warn', '2.5 s ahead of this machine'],
  [-9900, 'warn', '9.9 s behind this machine'],
  [10_000, false, '10.0 s ahead of this machine'],
  [-60_000, false, '60.0 s behind this machine'],
])('a clock that is %i ms off: %s', async (offMs, ok, found) => {
  const [, checked] = await checkServer(serverSaying({ offMs }), 'Database', clock);

  expect(checked).toMatchObject({ name: 'Database clock', ok, found });
});

test.each([
  [{}, true],
  [{ version: '14.0.3000.1', level: 130 }, true],
  [{ version: '13.0.5000.2' }, false],
  [{ version: '12.0.2000.8', edition: 'SQL Azure' }, true],
  [{ level: 120 }, false],
])('a server %j is new enough: %s', async (said, ok) => {
  const [checked] = await checkServer(serverSaying(said), 'Database', clock);

  expect(checked?.ok).toBe(ok);
});
