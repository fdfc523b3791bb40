import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { sandboxFolder } from './sandbox-folder.ts';
import { startSimulator } from './simulator/simulator.ts';

/** Entry of the simulator's own process: `node simulator-process.js --dir DIR [--idle-minutes N]`. */
const { values } = parseArgs({ options: { dir: { type: 'string' }, 'idle-minutes': { type: 'string', default: '10' } } });
if (values.dir === undefined) throw new Error('--dir is missing');
const folder = sandboxFolder(values.dir);
const idleMs = Number(values['idle-minutes']) * 60_000;
/** The state is saved in quiet moments, and now and then in long runs: writing it holds everything up. */
const LOOK_MS = 1000;
const QUIET_MS = 1000;
const LONGEST_UNSAVED_MS = 30_000;

mkdirSync(folder.path, { recursive: true });
const simulator = await startSimulator({ port: 0, saved: savedState(), onStop: () => setImmediate(() => void stop()) });
let savedCalls = -1;
let savedAt = Date.now();
writeWhole(folder.running, { pid: process.pid, port: simulator.port, startedAt: new Date().toISOString() });

const saving = setInterval(() => {
  const isQuiet = Date.now() - simulator.lastCallAt > QUIET_MS;
  if (isQuiet || Date.now() - savedAt > LONGEST_UNSAVED_MS) save();
  if (Date.now() - simulator.lastCallAt > idleMs) void stop();
}, LOOK_MS);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());

async function stop(): Promise<void> {
  clearInterval(saving);
  rmSync(folder.running, { force: true });
  await simulator.stop();
  save();
  process.exit(0);
}

/** The state is written when something happened since. */
function save(): void {
  const { calls } = simulator.state.ledger.summary();
  if (calls === savedCalls) return;
  savedCalls = calls;
  savedAt = Date.now();
  writeWhole(folder.state, Object.fromEntries([...simulator.state.services].map(([name, { service }]) => [name, service.state()])));
}

function savedState(): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(folder.state, 'utf8')) as Record<string, unknown>;
  } catch {
    // None yet.
    return {};
  }
}

/** Under another name first: a file that is there is whole. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.partial`, JSON.stringify(value));
  renameSync(`${path}.partial`, path);
}
