import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { takeProcessLock } from './process-lock.ts';
import { sandboxFolder } from './sandbox-folder.ts';
import { startSimulator } from './simulator/simulator.ts';

/** Entry of the simulator's own process: `node simulator-process.js --dir DIR [--port N] [--idle-minutes N]`. */
const { values } = parseArgs({ options: { dir: { type: 'string' }, port: { type: 'string' }, 'idle-minutes': { type: 'string' } } });
const options = z
  .object({
    dir: z.string().min(1),
    port: z.coerce.number().int().min(0).max(65_535).default(0),
    'idle-minutes': z.coerce.number().positive().default(10),
  })
  .parse(values);
const folder = sandboxFolder(options.dir);
const idleMs = options['idle-minutes'] * 60_000;
/** How often it looks whether to save, and whether it is idle. */
const LOOK_MS = Math.min(1000, idleMs);
/** The state is saved in quiet moments, and now and then in long runs: writing it holds everything up. */
const QUIET_MS = 1000;
const LONGEST_UNSAVED_MS = 30_000;

mkdirSync(folder.path, { recursive: true });
const lock = takeProcessLock(folder.lock);
// Another one of this folder starts, works or ends. Waiting for its end is up to the command that wants one, which may be gone by then.
if (lock === null) process.exit(0);
const simulator = await startSimulator({ port: options.port, saved: savedState(), onStop: () => setImmediate(() => void stop()) });
let savedRevision = simulator.state.revision;
let savedAt = Date.now();
const running = { pid: process.pid, port: simulator.port, startedAt: new Date().toISOString() };
writeWhole(folder.running, running);
process.stdout.write(`${JSON.stringify(running)}\n`);

const looking = setInterval(() => {
  const quietMs = Date.now() - simulator.lastCallAt;
  if (quietMs > QUIET_MS || Date.now() - savedAt > LONGEST_UNSAVED_MS) save();
  if (quietMs > idleMs) void stop();
}, LOOK_MS);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

/** Saved before the file goes that says it runs: whoever starts next reads the newest state. */
async function stop(): Promise<void> {
  clearInterval(looking);
  await simulator.stop();
  save();
  rmSync(folder.running, { force: true });
  lock?.release();
  process.exit(0);
}

/** Writes the state when it may have changed since. */
function save(): void {
  const { revision, services } = simulator.state;
  if (revision === savedRevision) return;
  savedRevision = revision;
  savedAt = Date.now();
  writeWhole(folder.state, Object.fromEntries([...services].map(([name, { service }]) => [name, service.state()])));
}

/** Damaged state is not replaced by that of the first day: the database beside it would tell another story. */
function savedState(): Readonly<Record<string, unknown>> {
  if (!existsSync(folder.state)) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(folder.state, 'utf8')));
  } catch (cause) {
    throw new Error(`${folder.state} is damaged; remove ${folder.path} to begin anew`, { cause });
  }
}

/** Under another name first: a file that is there is whole. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.partial`, JSON.stringify(value));
  renameSync(`${path}.partial`, path);
}
