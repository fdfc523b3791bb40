import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { PondBulkError } from '../domain/errors.ts';
import type { SandboxFolder } from './sandbox-folder.ts';

const runningSchema = z.object({ pid: z.number().int(), port: z.number().int() });

/** A start that takes longer has died; its lock is broken. */
const START_MS = 15_000;
const LOOK_MS = 50;

/** The port of the folder's simulator when it runs and answers, else null. */
export async function runningSimulator(folder: SandboxFolder): Promise<number | null> {
  try {
    const { port } = runningSchema.parse(JSON.parse(readFileSync(folder.running, 'utf8')));
    const response = await fetch(`http://127.0.0.1:${port}/_sandbox/status`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok ? port : null;
  } catch {
    return null;
  }
}

/** Starts the folder's simulator when it does not run. Two commands at once start one. */
export async function ensureSimulator(folder: SandboxFolder): Promise<{ readonly port: number; readonly isNew: boolean }> {
  mkdirSync(folder.path, { recursive: true });
  const giveUpAt = Date.now() + START_MS;
  let isNew = false;
  for (let port = await runningSimulator(folder); ; port = await runningSimulator(folder)) {
    if (port !== null) {
      if (isNew) rmSync(folder.lock, { force: true });
      return { port, isNew };
    }
    if (!isNew && takeLock(folder.lock)) {
      isNew = true;
      spawnSimulator(folder);
    }
    if (Date.now() > giveUpAt) {
      if (isNew) rmSync(folder.lock, { force: true });
      throw new PondBulkError('config', 'SANDBOX_NOT_STARTED', `The sandbox in ${folder.path} did not start within ${START_MS / 1000} s`);
    }
    await sleep(LOOK_MS);
  }
}

/** Whether we are the one to start it. */
function takeLock(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > START_MS) rmSync(path, { force: true });
  } catch {
    // No lock.
  }
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch {
    return false;
  }
}

/** Detached: it outlives this command, killed or not. */
function spawnSimulator({ path }: SandboxFolder): void {
  // As TypeScript from src, as JavaScript from dist.
  const entry = join(import.meta.dirname, `simulator-process${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`);
  spawn(process.execPath, [entry, '--dir', path], { detached: true, stdio: 'ignore' }).unref();
}
