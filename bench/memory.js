import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

import { pondFleet } from '../dist/sandbox/sample-data.js';
import { atMost, seededDatabase } from './setup.js';

const LINES = 1_000_000;
const DEVICES = 100_000;

/** A list of a million lines, read and validated by a process of its own. */
export async function memory(folder) {
  const file = join(folder, 'memory.db');
  const fleet = pondFleet(DEVICES);
  await seededDatabase(file, fleet);
  const list = join(folder, 'million.csv');
  const out = createWriteStream(list);
  out.write('iccid,note\n');
  for (let line = 0; line < LINES; line += 1) {
    const iccid = fleet.tables.Device[line]?.ICCID ?? `8988305${String(line).padStart(12, '0')}`;
    if (!out.write(`${iccid},note ${line}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  const startedAt = performance.now();
  const { stderr, status } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'resident.js'), 'change-rate-plan', '--file', list, '--plan', 'POND-5GB', '--dry-run', '--output', 'csv'],
    {
      env: {
        ...process.env,
        DATABASE_URL: `sqlite:${file}`,
        POND_BULK_OPERATOR: 'sandbox',
        POND_BASE_URL: 'http://127.0.0.1:1',
        POND_DISTRIBUTOR_ID: '1',
        POND_API_KEY: 'bench-key',
        POND_USERNAME: 'bench',
        POND_PASSWORD: 'bench-password',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    },
  );
  // Most of the lines are of no device: a dry run that refuses rows.
  if (status !== 3) throw new Error(`The list was not validated: exit ${status}, ${stderr}`);
  const resident = Number(/max resident (\d+)/.exec(stderr)?.[1] ?? Number.NaN) / 1024;
  console.log(`  ${LINES} lines in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, exit ${status}`);
  return [atMost('MB resident at most, for a million lines', resident, 300, ' MB')];
}
