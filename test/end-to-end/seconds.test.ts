import { expect, test } from 'vitest';

import { pondIccid } from './cli.ts';
import { sampleDatabase, sandboxHere } from './in-process.ts';

const LATENCY_MS = 50;

test.for([
  ['a dry run', ['--dry-run'], 0],
  ['a dry run that asks the carriers', ['--dry-run', '--ask-carrier'], LATENCY_MS / 1000],
  ['a run', [], LATENCY_MS / 1000],
] as const)('%s tells its seconds in whole milliseconds, its calls included', async ([, options, atLeast], { onTestFinished }) => {
  const sample = await sampleDatabase();
  const sandbox = await sandboxHere(sample.path);
  onTestFinished(async () => {
    await sandbox.remove();
    sample.remove();
  });
  const pond = sandbox.carriers.services.get('pond');
  if (pond !== undefined) pond.latencyMs = LATENCY_MS;
  const file = sandbox.list(`iccid\n${pondIccid(1)}\n`);

  const ran = await sandbox.run(['change-rate-plan', '--file', file, '--plan', 'POND-5GB', ...options]);

  const seconds = ran.events.find(({ type }) => type === 'run.end')?.seconds ?? -1;
  expect(String(seconds), ran.stderr).toMatch(/^\d+(\.\d{1,3})?$/);
  expect(seconds).toBeGreaterThanOrEqual(atLeast);
});
