import { fork } from 'node:child_process';
import { join } from 'node:path';

import type { PointName } from '../../../src/probe/probe.ts';

/** Where a run is to die: at the n-th point of this name, or at the n-th moment, whichever it is. */
export interface Strike {
  readonly point: PointName | null;
  readonly n: number;
}

/** A command line. */
export interface Task {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly strike: Strike;
}

/** Told by the process once for each task: it stands still at its point, or it ended without coming to it. */
export interface Told {
  readonly task: number;
  readonly stands: boolean;
}

const CHILD = join(import.meta.dirname, 'stand-still-child.ts');

/**
 * Runs commands in a process of their own until each stands still at its point, then kills that process: SIGKILL,
 * unwarned. Nothing of a run that stands goes on: whatever would write or send next stands too. So one death serves many
 * runs, and each is found exactly as if it had died alone. Resolves to which of them came to their points.
 */
export async function killStanding(tasks: readonly Task[]): Promise<readonly boolean[]> {
  if (tasks.length === 0) return [];
  const { PATH = '', HOME = '' } = process.env;
  const child = fork(CHILD, { env: { PATH, HOME }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const stood = new Map<number, boolean>();
  const died = new Promise<NodeJS.Signals | null>((done, failed) => {
    child.once('error', failed).once('close', (_code, signal) => done(signal));
  });
  child.on('message', (message) => {
    // Our own child sent it.
    const { task, stands } = message as Told;
    stood.set(task, stands);
    if (stood.size === tasks.length) child.kill('SIGKILL');
  });
  child.send(tasks);
  const signal = await died;
  if (signal !== 'SIGKILL') throw new Error(`The process was to be killed, and ended by itself: ${stderr}`);
  return tasks.map((_task, index) => stood.get(index) === true);
}
