import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ensureSimulator, runningSimulator } from '../../src/sandbox/ensure-simulator.ts';
import { takeProcessLock } from '../../src/sandbox/process-lock.ts';
import { resetSandbox, startSandbox, stopSandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxFolder, type SandboxFolder } from '../../src/sandbox/sandbox-folder.ts';
import { simulatorClient } from '../../src/sandbox/simulator-client.ts';

vi.setConfig({ testTimeout: 60_000 });

const ENTRY = resolve('src/sandbox/simulator-process.ts');

let folder: SandboxFolder;

beforeEach(() => {
  folder = sandboxFolder(mkdtempSync(join(tmpdir(), 'pond-bulk-simulator-')));
});

afterEach(async () => {
  await stopSandbox(folder);
  await vi.waitFor(requireNobodyLeft, { timeout: 10_000, interval: 20 });
  rmSync(folder.path, { recursive: true, force: true, maxRetries: 5 });
});

/** Whoever is left holds the lock. */
function requireNobodyLeft(): void {
  const lock = takeProcessLock(folder.lock);
  if (lock === null) throw new Error('a simulator outlives the test');
  lock.release();
}

function pidOf(): number {
  return (JSON.parse(readFileSync(folder.running, 'utf8')) as { pid: number }).pid;
}

async function isGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000, interval: 50 });
}

/** Changes something that a state on disk must show. */
async function takeAwayServices(port: number): Promise<void> {
  await simulatorClient(port).load({ revio: { customers: [1], services: [], products: [], nextId: 5 } });
}

describe('the simulator process', () => {
  test('is started once by two at once, and again by nobody', async () => {
    const both = await Promise.all([ensureSimulator(folder), ensureSimulator(folder)]);
    const third = await ensureSimulator(folder);

    expect(new Set([...both, third].map(({ port }) => port)).size).toBe(1);
    expect(both.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(third.isNew).toBe(false);
    expect(readFileSync(folder.log, 'utf8')).toBe('');
  });

  test('started beside one that runs, ends at once', async () => {
    await ensureSimulator(folder);
    const pid = pidOf();

    const second = spawn(process.execPath, [ENTRY, '--dir', folder.path], { stdio: 'inherit' });
    const [code] = (await once(second, 'exit')) as [number];

    expect([code, pidOf()]).toEqual([0, pid]);
  });

  test('keeps its state over stop and start', async () => {
    const { port } = await ensureSimulator(folder);
    await takeAwayServices(port);
    const state = await simulatorClient(port).state();

    const ran = await stopSandbox(folder);
    const wasThere = existsSync(folder.running);
    const again = await ensureSimulator(folder);

    expect([ran, wasThere, again.isNew]).toEqual([true, false, true]);
    expect(await simulatorClient(again.port).state()).toEqual(state);
  });

  test('saves when it is told to end by SIGTERM', async () => {
    const { port } = await ensureSimulator(folder);
    await takeAwayServices(port);
    const pid = pidOf();

    process.kill(pid, 'SIGTERM');
    await isGone(pid);

    expect(existsSync(folder.running)).toBe(false);
    expect(JSON.parse(readFileSync(folder.state, 'utf8'))).toMatchObject({ revio: { customers: [1] } });
  });

  test('saves in quiet moments, so that a killed one loses nothing older', async () => {
    const { port } = await ensureSimulator(folder);
    await takeAwayServices(port);
    await vi.waitFor(() => expect(existsSync(folder.state)).toBe(true), { timeout: 10_000 });
    const pid = pidOf();

    process.kill(pid, 'SIGKILL');
    await isGone(pid);
    const again = await ensureSimulator(folder);

    expect(again.isNew).toBe(true);
    expect(await simulatorClient(again.port).state()).toMatchObject({ revio: { customers: [1] } });
  });

  test('is not mistaken for another that got its port after a crash', async () => {
    const { port } = await ensureSimulator(folder);
    const crashed = sandboxFolder(mkdtempSync(join(folder.path, 'crashed-')));
    writeFileSync(crashed.running, JSON.stringify({ pid: process.pid, port }));

    const found = await runningSimulator(crashed);

    expect(found).toBeNull();
    expect(await runningSimulator(folder)).toBe(port);
  });

  test('ends by itself when nobody calls, and tells its port when it begins', async () => {
    const child = spawn(process.execPath, [ENTRY, '--dir', folder.path, '--idle-minutes', '0.01'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];

    const running = JSON.parse(line.toString()) as { pid: number; port: number };
    expect(running).toMatchObject({ pid: child.pid });
    expect(await runningSimulator(folder)).toBe(running.port);
    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(0);
    expect(existsSync(folder.running)).toBe(false);
  });

  test('damaged state is told, not replaced', async () => {
    writeFileSync(folder.state, '{"pond"');

    await expect(ensureSimulator(folder)).rejects.toThrow(folder.log);

    expect(readFileSync(folder.log, 'utf8')).toContain(`remove ${folder.path} to begin anew`);
    expect(readFileSync(folder.state, 'utf8')).toBe('{"pond"');
  });
});

describe('the sandbox', () => {
  test('that does not run is stopped without an error', async () => {
    expect(await stopSandbox(folder)).toBe(false);
  });

  test('has a database and settings; a reset makes both as on the first day', async () => {
    const { environment, client, isNew } = await startSandbox(folder);
    const firstDay = await client.state();
    await client.load({ revio: { customers: [1], services: [], products: [], nextId: 5 } });

    await resetSandbox(folder);
    const again = await startSandbox(folder);

    expect([isNew, again.isNew]).toEqual([true, false]);
    expect(environment).toMatchObject({ DATABASE_URL: `sqlite:${folder.database}`, POND_DISTRIBUTOR_ID: '1001' });
    expect(existsSync(folder.database)).toBe(true);
    expect(await client.state()).toEqual(firstDay);
  });
});
