import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { startSandbox, stopSandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxFolder } from '../../src/sandbox/sandbox-folder.ts';
import type { SimulatorClient } from '../../src/sandbox/simulator-client.ts';
import { withCheckDigit } from '../../src/sandbox/check-digit.ts';
import { mainHere, type SaidHere } from './in-process.ts';

/** How a command ended. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A sandbox of one test: its own folder, database and simulator process. */
export interface TestSandbox {
  readonly dir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly client: SimulatorClient;
  /** Writes a list and answers its path. */
  list(name: string, text: string): string;
  /** Runs pond-bulk with `--sandbox` of this folder. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same in this process: quicker, for what needs no signal and no death. */
  runHere(args: readonly string[], options?: Pick<RunOptions, 'env' | 'input'>): Promise<SaidHere>;
  /** Rows of the sandbox's database. */
  query<Row = Record<string, unknown>>(sql: string): readonly Row[];
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Where it is started, which is where `.env` is read; a folder without one by default. */
  readonly cwd?: string;
  /** A line of sh that runs the command, which is its "$@". */
  readonly shell?: string;
  /** Called with the running child, e.g. to send signals. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** Fast enough for tests; the sandbox would keep the carriers' documented pace. */
const QUICK = {
  POND_CONCURRENCY: '20',
  POND_RATE: '1000',
  REVIO_CONCURRENCY: '20',
  REVIO_RATE: '1000',
  SETTLE_SECONDS: '1',
  RETRY_MAX_COUNT: '1',
};

const BIN = resolve('bin/pond-bulk.js');

export async function testSandbox(): Promise<TestSandbox> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-e2e-'));
  const folder = sandboxFolder(join(dir, 'sandbox'));
  const { environment, client } = await startSandbox(folder);
  const onSandbox = (args: readonly string[]): readonly string[] => [...args, '--sandbox', '--sandbox-dir', folder.path];
  return {
    dir,
    environment,
    client,
    list: (name, text) => {
      const path = join(dir, name);
      writeFileSync(path, text);
      return path;
    },
    run: (args, options = {}) => runCli(onSandbox(args), { ...options, env: { ...QUICK, ...options.env } }),
    runHere: (args, options = {}) => mainHere(onSandbox(args), { ...options, env: { ...QUICK, ...options.env } }),
    query: <Row>(sql: string) => {
      const db = new DatabaseSync(folder.database, { readOnly: true, timeout: 5000 });
      try {
        // The test names the row type of its own SQL.
        return db.prepare(sql).all() as Row[];
      } finally {
        db.close();
      }
    },
    remove: async () => {
      await stopSandbox(folder);
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs the built command as a process of its own, without a terminal. */
export function runCli(args: readonly string[], { env = {}, input, cwd = tmpdir(), shell, onStart }: RunOptions = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const [program = '', ...rest] = [...(shell === undefined ? [] : ['/bin/sh', '-c', shell, 'sh']), process.execPath, BIN, ...args];
  const child = spawn(program, rest, { env: { PATH, HOME, ...env }, cwd, stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(input ?? '');
  onStart?.(child);
  return new Promise((done, failed) => {
    child.once('error', failed).once('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
}

/** Runs the command in this process, which is quicker; as one of its own where it is to be killed. */
export function runUnlessKilled(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  return env['POND_BULK_KILL_AT'] === undefined ? mainHere(args, { env }) : runCli(args, { env });
}

/** The ICCID of the n-th device (from 1) of the sandbox's POND fleet. */
export function pondIccid(n: number): string {
  const digits = `8988303000${String(n).padStart(9, '0')}`;
  return n % 5 === 0 ? digits : withCheckDigit(digits);
}
