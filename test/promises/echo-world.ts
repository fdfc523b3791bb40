import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'node:util';

import { vi } from 'vitest';

import { carrierEnvironment } from '../../src/sandbox/simulator/accounts.ts';
import { runCli, type Ran } from '../end-to-end/cli.ts';
import { mainHere } from '../end-to-end/in-process.ts';
import { startEchoServer, TOKENS, type EchoServer } from './echo-server.ts';
import { leaksIn, leaksInDatabase, leaksInFiles } from './secret-search.ts';

/** Values that JSON, URLs, HTML and Base64 each write differently, a short one, and one of a single provider. */
export const SECRETS = {
  POND_API_KEY: 'pond"key\\one/two+three&four=<five>%six',
  POND_PASSWORD: 'q7#Z',
  JASPER_API_KEY: 'jasper-3f9c0e7ab2',
  JASPER_API_KEY_2: 'jasper/two+81d5==c4',
  THINGSPACE_CLIENT_SECRET: 'thing"space/71+d&<c>',
  THINGSPACE_PASSWORD: 'vz pässwörd\\3"/%',
  TEAL_API_KEY: 'teal-51c0d7e9',
  TEAL_API_SECRET: 'teal"secret/9+e2&a',
  TELEGENCE_APP_SECRET: 'telegence"secret/4d+&<e7>',
  TMOBILEJASPER_API_KEY: 'tmobile-77ab01fe',
  REVIO_PASSWORD: 'rev:io päss/wörd? 5',
  REVIO_SUBSCRIPTION_KEY: 'aa12bb34-cc56"ddä78',
};
const DATABASE_PASSWORD = 'd@ta base/pä$$:w0rd"%';
export const ALL_SECRETS = { ...SECRETS, DATABASE_PASSWORD, ...TOKENS };
/** Nobody listens on port 1. */
export const UNREACHABLE = `mssql://jane:${encodeURIComponent(DATABASE_PASSWORD)}@127.0.0.1:1/portal`;

/** The sample fleet, its carriers being hostile, and commands that know all the secrets. */
export interface EchoWorld {
  readonly echo: EchoServer;
  /** Path of a file in the world's folder. */
  path(name: string): string;
  /** Writes a list and answers its path. */
  list(name: string, text: string): string;
  /** The world's SQLite file. */
  readonly database: string;
  /** Runs the commands one after another, each as a process of its own, and searches what they say and what is left behind. */
  leaksOf(commands: readonly (readonly string[])[], env?: Readonly<Record<string, string>>): Promise<Searched>;
  /** The same in this process: what is written past the tool's own terminal is searched too. */
  leaksHere(commands: readonly (readonly string[])[]): Promise<Searched>;
  remove(): Promise<void>;
}

export interface Searched {
  readonly ran: readonly Said[];
  readonly leaks: readonly string[];
}

/** What a command wrote, and its exit code; null when a signal ended it. */
export type Said = Pick<Ran, 'code' | 'stdout' | 'stderr'>;

/** A world on a copy of the sample database. `heardPast` answers what was written past the streams that commands here were given. */
export async function echoWorld(sample: string, heardPast: () => string): Promise<EchoWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-p10-'));
  const database = join(dir, 'portal.db');
  copyFileSync(sample, database);
  const echo = await startEchoServer();
  const environment = {
    ...carrierEnvironment(echo.port),
    ...SECRETS,
    DATABASE_URL: `sqlite:${database}`,
    DATABASE_URL_READ: UNREACHABLE,
    POND_BULK_OPERATOR: 'sandbox',
    SETTLE_SECONDS: '0.2',
    RETRY_MAX_COUNT: '0',
  };
  const searched = async (commands: readonly (readonly string[])[], run: (command: readonly string[]) => Promise<Said>) => {
    const ran: Said[] = [];
    for (const command of commands) ran.push(await run(command));
    const said = ran.flatMap(({ stdout, stderr }, index) => {
      const command = commands[index]?.join(' ');
      return [...leaksIn(`stdout of ${command}`, stdout, ALL_SECRETS), ...leaksIn(`stderr of ${command}`, stderr, ALL_SECRETS)];
    });
    const past = leaksIn('what was written past the streams', heardPast(), ALL_SECRETS);
    return { ran, leaks: [...said, ...past, ...leaksInDatabase(database, ALL_SECRETS), ...leaksInFiles(dir, ALL_SECRETS)] };
  };
  return {
    echo,
    database,
    path: (name) => join(dir, name),
    list: (name, text) => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    },
    leaksOf: (commands, env = {}) => searched(commands, (command) => runCli(command, { env: { ...environment, ...env } })),
    leaksHere: (commands) => searched(commands, (command) => mainHere(command, { env: environment })),
    remove: async () => {
      await echo.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Hears what is written past the streams that a command was given, by a library for example; until it is stopped. */
export function hearPast(): { readonly heard: () => string; stop(): void } {
  const past: string[] = [];
  const spies = [
    ...[process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => past.push(String(chunk)) > 0),
    ),
    ...(['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...args: unknown[]) => void past.push(format(...args))),
    ),
  ];
  return {
    heard: () => past.join('\n'),
    stop: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
