import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';

import { CommanderError } from 'commander';

import { revio } from './billing/revio/revio.ts';
import { carrierOf, CARRIERS } from './carriers/registry.ts';
import type { SandboxControl } from './cli/commands/sandbox.ts';
import type { Context, GlobalFlags, WriteSession } from './cli/context.ts';
import { exitCodeOf, SIGNAL_EXIT_CODES, type StopSignal } from './cli/exit-codes.ts';
import { createInterruption } from './cli/interruption.ts';
import { createProgram } from './cli/program.ts';
import { createTerminal, type Terminal } from './cli/terminal.ts';
import { readEnvFile } from './config/env-file.ts';
import { loadConfig, type Config } from './config/load-config.ts';
import { permissionSettings, requireUrl } from './database-settings.ts';
import { grantsScript } from './database/grants-sql.ts';
import { migrate } from './database/migrate.ts';
import { migrationScript } from './database/migration-sql.ts';
import { engineOf, openDatabase } from './database/open-database.ts';
import { carrierKey } from './domain/carrier-key.ts';
import { systemClock } from './domain/clock.ts';
import { PondBulkError } from './domain/errors.ts';
import type { Emit } from './domain/event.ts';
import { createRedactor } from './http/redact.ts';
import { killProbe } from './probe/kill-probe.ts';
import type { Probe } from './probe/probe.ts';
import { runningSimulator } from './sandbox/ensure-simulator.ts';
import { resetSandbox, startSandbox, stopSandbox } from './sandbox/sandbox.ts';
import { defaultSandboxPath, sandboxFolder, type SandboxFolder } from './sandbox/sandbox-folder.ts';
import { sampleProviders } from './sandbox/sample-providers.ts';
import { simulatorClient } from './sandbox/simulator-client.ts';

/** Loaded when they are needed: with the HTTP client and the query builder they are half of the program's start. */
const sessions = () => import('./session.ts');
const doctor = () => import('./doctor/doctor.ts');

/** Runs one command line. Resolves to the exit code; never rejects. A probe is for tests: it does nothing outside a sandbox. */
export async function main(argv: readonly string[], process_: NodeJS.Process, probe: Probe | null = null): Promise<number> {
  const { env } = process_;
  const terminal = createTerminal({ stdin: process_.stdin, stdout: process_.stdout, stderr: process_.stderr, env, now: systemClock.now });
  const interruption = createInterruption(process_, (line) => terminal.note(line));
  let exitCode = 0;
  let redact = (text: string): string => text;

  const configure = async (flags: GlobalFlags): Promise<Config> => {
    const sandbox = flags.sandbox === true ? await startSandbox(folderOf(flags.sandboxDir)) : null;
    const config = loadConfig({
      flags: sandbox === null ? {} : withOwnOperator(sandbox.environment, env),
      env,
      envFile: sandbox === null ? readEnvFile(resolve('.env')) : null,
      integrations: [...CARRIERS, revio],
      ceilings: { concurrency: flags.concurrency ?? null, perSecond: flags.rate ?? null },
    });
    redact = createRedactor(config.secrets);
    return config;
  };
  // Where paying devices are no run is ever made to die, whatever is armed.
  const probeOn = ({ environment }: Config): Probe | null =>
    environment === 'sandbox' ? (probe ?? killProbe(env['POND_BULK_KILL_AT'])) : null;
  const folderOf = (dir: string | undefined): SandboxFolder => sandboxFolder(resolve(dir ?? defaultSandboxPath(env)));

  const host = { name: hostname(), user: userInfo().username, pid: process_.pid, isAlive };
  const openOwn = async (open: 'openWriteSession' | 'openSettlingSession', flags: GlobalFlags, emit: Emit): Promise<WriteSession> => {
    const config = await configure(flags);
    return (await sessions())[open]({ config, emit, clock: systemClock, process: { ...host, host: host.name }, probe: probeOn(config) });
  };
  const context: Context = {
    terminal,
    clock: systemClock,
    host,
    interruption,
    version: readVersion(),
    newRunId: () => `${new Date().toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}-${randomBytes(3).toString('hex')}`,
    configure,
    openRead: async (flags, emit) => (await sessions()).openReadSession({ config: await configure(flags), emit, clock: systemClock }),
    openWrite: (flags, emit) => openOwn('openWriteSession', flags, emit),
    openSettling: (flags, emit) => openOwn('openSettlingSession', flags, emit),
    migrate: async (flags, withOperatorSchema) => {
      const db = await openDatabase(requireUrl(await configure(flags)), { create: true });
      try {
        return await migrate(db, { withOperatorSchema });
      } finally {
        await db.close();
      }
    },
    migrationScript: async (flags, withOperatorSchema) =>
      migrationScript(engineOf(requireUrl(await configure(flags))), { withOperatorSchema }),
    grantsScript: async (flags, logins) => grantsScript({ ...logins, permissions: permissionSettings(await configure(flags)) }),
    examine: async (flags) => (await doctor()).examineSystem(await configure(flags), systemClock, interruption.drain),
    exit: (code) => {
      exitCode = code;
    },
  };

  try {
    await createProgram(context, sandboxControl(folderOf), argv).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    exitCode = explain(error, terminal, redact, interruption.signal());
  }
  const unprinted = await terminal.settled();
  if (unprinted !== null) {
    terminal.note(`Error: not all could be printed (${unprinted}); a run is recorded: pond-bulk status last tells it again [OUTPUT_LOST]`);
    exitCode = 1;
  }
  // A list that is still to come would keep the process.
  if (interruption.signal() !== null) process_.stdin.destroy();
  return exitCode;
}

const JOURNAL_IS_SAFE = 'The journal is safe: pond-bulk status last shows how far the run came, pond-bulk resume last goes on';

/** Tells an error on stderr and answers its exit code. */
function explain(error: unknown, terminal: Terminal, redact: (text: string) => string, signal: StopSignal | null): number {
  // What was being waited for when the signal came.
  if (signal !== null && isAbort(error)) return SIGNAL_EXIT_CODES[signal];
  // commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof PondBulkError && error.kind !== 'bug') {
    terminal.note(redact(`Error: ${error.message} [${error.code}]`));
    if (error.kind === 'broken') terminal.note(JOURNAL_IS_SAFE);
  } else {
    // Never the object itself: driver and HTTP errors carry statements, URLs and headers.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.note(redact(`Unexpected error: ${text}\n${JOURNAL_IS_SAFE}`));
  }
  return signal !== null && error instanceof PondBulkError && error.kind === 'cancelled' ? SIGNAL_EXIT_CODES[signal] : exitCodeOf(error);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The sandbox decides about everything but who the operator is: its other users show what permissions do. */
function withOwnOperator(sandbox: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const operator = env['POND_BULK_OPERATOR'];
  return operator === undefined || operator === '' ? sandbox : { ...sandbox, POND_BULK_OPERATOR: operator };
}

function readVersion(): string {
  // The same place from src and from dist.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function sandboxControl(folderOf: (dir: string | undefined) => SandboxFolder): SandboxControl {
  const clientOf = async (dir: string | undefined) => (await startSandbox(folderOf(dir))).client;
  return {
    providers: () =>
      sampleProviders().map((provider) => ({ ...provider, key: carrierKey(carrierOf(provider.integration) ?? { needs: [] }) })),
    start: (dir) => startSandbox(folderOf(dir)),
    stop: (dir) => stopSandbox(folderOf(dir)),
    status: async (dir) => {
      const port = await runningSimulator(folderOf(dir));
      return port === null ? null : simulatorClient(port).status();
    },
    reset: (dir) => resetSandbox(folderOf(dir)),
    faults: async (dir, fault) => {
      const client = await clientOf(dir);
      return fault === null ? client.faults() : client.addFault(fault);
    },
    clearFaults: async (dir) => (await clientOf(dir)).clearFaults(),
    ledger: async (dir, query) => (await clientOf(dir)).ledger(query),
  };
}
