import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { PondBulkError } from '../domain/errors.ts';
import { fileProblem } from '../domain/file-problem.ts';
import type { SandboxFolder } from './sandbox-folder.ts';

const runningSchema = z.object({ pid: z.number().int(), port: z.number().int() });
const statusSchema = z.object({ pid: z.number().int() });

type Running = z.output<typeof runningSchema>;

/** A start that takes longer has failed. */
const START_MS = 15_000;
const LOOK_MS = 50;
const ANSWER_MS = 2000;

/** The port of the folder's simulator when it runs and answers, else null. */
export async function runningSimulator(folder: SandboxFolder): Promise<number | null> {
  return (await findRunning(folder))?.port ?? null;
}

/** Starts the folder's simulator when it does not run. Commands at once may each start one, of which one stays. Rejects with PondBulkError (config). */
export async function ensureSimulator(folder: SandboxFolder): Promise<{ readonly port: number; readonly isNew: boolean }> {
  makeFolder(folder);
  const giveUpAt = Date.now() + START_MS;
  let started: ChildProcess | null = null;
  for (;;) {
    const running = await findRunning(folder);
    if (running !== null) {
      const isNew = running.pid === started?.pid;
      // Ours came second. Should it be slow to find out, the first may have ended by then, and it would stay for nobody.
      if (!isNew) started?.kill();
      return { port: running.port, isNew };
    }
    started ??= spawnSimulator(folder);
    // One that ends well found another, which is not ready yet or is about to end.
    if (started.exitCode === 0) started = null;
    if (Date.now() > giveUpAt || (started !== null && hasFailed(started))) {
      throw new PondBulkError('config', 'SANDBOX_NOT_STARTED', `The sandbox in ${folder.path} did not start; look at ${folder.log}`);
    }
    await sleep(LOOK_MS);
  }
}

function makeFolder({ path }: SandboxFolder): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const message = `The sandbox's folder ${path} cannot be made: ${fileProblem(cause)}. Name another with --sandbox-dir`;
    throw new PondBulkError('config', 'SANDBOX_FOLDER', message, { cause });
  }
}

/** What its file says, when the process of that number answers on that port: after a crash the port may be somebody else's. */
async function findRunning(folder: SandboxFolder): Promise<Running | null> {
  try {
    const running = runningSchema.parse(JSON.parse(readFileSync(folder.running, 'utf8')));
    const response = await fetch(`http://127.0.0.1:${running.port}/_sandbox/status`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return statusSchema.parse(await response.json()).pid === running.pid ? running : null;
  } catch {
    return null;
  }
}

function hasFailed({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Detached: it outlives this command, killed or not. */
function spawnSimulator({ path, log }: SandboxFolder): ChildProcess {
  // As TypeScript from src, as JavaScript from dist.
  const entry = join(import.meta.dirname, `simulator-process${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`);
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [entry, '--dir', path], { detached: true, stdio: ['ignore', 'ignore', output] });
  closeSync(output);
  child.on('error', () => undefined).unref();
  return child;
}
