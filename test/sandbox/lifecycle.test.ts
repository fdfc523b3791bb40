import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { ensureSimulator } from '../../src/sandbox/ensure-simulator.ts';
import { startSandbox, stopSandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxFolder, type SandboxFolder } from '../../src/sandbox/sandbox-folder.ts';

let dir: string;
let folder: SandboxFolder;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pond-bulk-lifecycle-'));
  folder = sandboxFolder(join(dir, 'sandbox'));
});

afterEach(async () => {
  await stopSandbox(folder);
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

test('two at once start one process', async () => {
  const [first, second] = await Promise.all([ensureSimulator(folder), ensureSimulator(folder)]);

  expect(first.port).toBe(second.port);
  expect([first.isNew, second.isNew].filter(Boolean)).toHaveLength(1);
});

test('state is kept across stop and start', async () => {
  const { client } = await startSandbox(folder);
  const sims = ['8988303999999999999'];
  await client.load({ pond: { packageTypes: [], packages: [], sims } });

  const stopped = await stopSandbox(folder);
  const again = await startSandbox(folder);

  expect([stopped, again.isNew]).toEqual([true, true]);
  expect(await again.client.state()).toMatchObject({ pond: { sims, packages: [] } });
});

test('stopping what does not run is no error', async () => {
  expect(await stopSandbox(folder)).toBe(false);
});
