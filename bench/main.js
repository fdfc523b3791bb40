// npm run bench: speed as ratios beside a baseline measured in the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { memory } from './memory.js';
import { pace } from './pace.js';
import { plainRun } from './plain-run.js';
import { sharedRequests } from './shared-requests.js';
import { sqlServer } from './sql-server.js';
import { validation } from './validation.js';

const folder = mkdtempSync(join(tmpdir(), 'pond-bulk-bench-'));
const wanted = process.argv.slice(2);
try {
  for (const bench of [validation, plainRun, memory, pace, sharedRequests, sqlServer]) {
    if (wanted.length > 0 && !wanted.includes(bench.name)) continue;
    console.log(`\n${bench.name}`);
    for (const { name, value, limit, ok } of await bench(folder)) {
      console.log(`  ${ok ? 'ok  ' : 'OVER'}  ${name.padEnd(66)} ${value}   (${limit})`);
      if (!ok) process.exitCode = 1;
    }
  }
} finally {
  if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
