import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough, Readable, Writable } from 'node:stream';

import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { main } from '../../src/main.ts';
import { combined, type SampleData } from '../../src/sandbox/sample/data.ts';
import { sampleData } from '../../src/sandbox/sample-data.ts';
import { seedDatabase } from '../../src/sandbox/seed-database.ts';
import { carrierEnvironment } from '../../src/sandbox/simulator/accounts.ts';
import { faultSchema, type Fault } from '../../src/sandbox/simulator/faults.ts';
import { startSimulator } from '../../src/sandbox/simulator/simulator.ts';
import type { Probe } from '../../src/probe/probe.ts';
import type { SimulatorState } from '../../src/sandbox/simulator/simulator-state.ts';

/** One event of `--output jsonl`, as far as tests look at it. */
export interface ToldEvent {
  readonly type: string;
  readonly state?: string;
  readonly category?: string;
  readonly seconds?: number;
  readonly line?: number;
  readonly iccid?: string;
  readonly status?: string;
  readonly message?: string;
  readonly provider?: string;
  readonly account?: string;
  readonly bulkChangeIds?: readonly string[];
  readonly rule?: string;
  readonly stops?: boolean;
  readonly next?: string | null;
  readonly differs?: string;
  readonly fix?: string;
  readonly error?: { readonly code: string; readonly class: string; readonly message: string; readonly hint: string | null } | null;
}

export interface RanHere {
  readonly code: number;
  readonly events: readonly ToldEvent[];
  /** The one result of each row. */
  readonly rows: ReadonlyMap<string, ToldEvent>;
  readonly stderr: string;
}

export type Interrupt = (signal?: NodeJS.Signals) => void;

export interface RunHereOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each event the moment it is told. `interrupt` is a Ctrl-C, or another signal. */
  readonly onEvent?: (event: ToldEvent, interrupt: Interrupt) => void;
  /** Somebody sits at a terminal: called with each question, answers it; null: he does not. */
  readonly onQuestion?: (question: string, interrupt: Interrupt) => string | null;
  /** What comes on standard input when there is no terminal; it need not end. Called when it is read. */
  readonly onRead?: (interrupt: Interrupt) => void;
  /** Told of each moment between database and HTTP. */
  readonly probe?: Probe;
  /** `--yes`, unless told otherwise. */
  readonly yes?: boolean;
}

/** A database and simulated carriers of one test, all in this process: the real tool runs on them without a child. */
export interface SandboxHere {
  /** The file of its database. */
  readonly database: string;
  /** The settings that point a command at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly carriers: SimulatorState;
  addFault(fault: Partial<Fault> & Pick<Fault, 'service' | 'kind'>): void;
  /** Runs a command with `--yes --output jsonl`. */
  run(args: readonly string[], options?: RunHereOptions): Promise<RanHere>;
  /** Writes a list and answers its path. */
  list(text: string): string;
  /** Runs SQL on the database, as somebody else who writes to it. */
  execute(sql: string): void;
  /** Rows of the database. */
  query<Row = Record<string, unknown>>(sql: string): readonly Row[];
  remove(): Promise<void>;
}

/** A folder with a database of the sample data (and `more` beside it), to be copied for each test. */
export async function sampleDatabase(more?: SampleData): Promise<{ readonly path: string; remove(): void }> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-sample-'));
  const path = join(dir, 'sample.db');
  const db = await openDatabase(`sqlite:${path}`, { create: true });
  await migrate(db, { withOperatorSchema: true });
  await seedDatabase(db, more === undefined ? sampleData() : combined(sampleData(), more));
  await db.close();
  return { path, remove: () => rmSync(dir, { recursive: true }) };
}

/** A sandbox on a copy of `sample`, which `more` is in too. Its carriers have no limits: tests need not keep their pace. */
export async function sandboxHere(sample: string, more?: SampleData): Promise<SandboxHere> {
  const dir = mkdtempSync(join(tmpdir(), 'pond-bulk-here-'));
  const database = join(dir, 'test.db');
  copyFileSync(sample, database);
  const simulator = await startSimulator({ port: 0, onStop: () => undefined, ...(more === undefined ? {} : { more }) });
  for (const { limit } of simulator.state.services.values()) limit.set({ concurrency: null, perSecond: null, perMinute: null });
  const environment = {
    DATABASE_URL: `sqlite:${database}`,
    POND_BULK_OPERATOR: 'sandbox',
    POND_BULK_ENVIRONMENT: 'sandbox',
    ...carrierEnvironment(simulator.port),
  };
  return {
    database,
    environment,
    carriers: simulator.state,
    addFault: (fault) => simulator.state.faults.add(faultSchema.parse(fault)),
    run: (args, options = {}) =>
      runHere([...args, ...(options.yes === false ? [] : ['--yes']), '--output', 'jsonl'], {
        ...options,
        env: { ...environment, ...options.env },
      }),
    list: (text) => {
      const path = join(dir, 'list.csv');
      writeFileSync(path, text);
      return path;
    },
    execute: (sql) => {
      const db = new DatabaseSync(database, { timeout: 5000 });
      try {
        db.exec(sql);
      } finally {
        db.close();
      }
    },
    query: <Row>(sql: string) => {
      const db = new DatabaseSync(database, { readOnly: true, timeout: 5000 });
      try {
        // The test names the row type of its own SQL.
        return db.prepare(sql).all() as Row[];
      } finally {
        db.close();
      }
    },
    remove: async () => {
      await simulator.stop();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function runHere(args: readonly string[], { env = {}, onEvent, onQuestion, onRead, probe }: RunHereOptions): Promise<RanHere> {
  const events: ToldEvent[] = [];
  const { code, stderr } = await mainHere(args, {
    env,
    ...(onQuestion === undefined ? {} : { onQuestion }),
    ...(onRead === undefined ? {} : { onRead }),
    ...(probe === undefined ? {} : { probe }),
    onOut: (text, interrupt) => {
      for (const line of text.split('\n').filter(Boolean)) {
        // Our own tool wrote it.
        const event = JSON.parse(line) as ToldEvent;
        events.push(event);
        onEvent?.(event, interrupt);
      }
    },
  });
  const results = events.filter(({ type }) => type === 'row.result');
  return { code, events, rows: new Map(results.map((event) => [event.iccid ?? '', event])), stderr };
}

/** What a command wrote, and its exit code. */
export interface SaidHere {
  readonly code: number;
  /** No signal ends this process. */
  readonly signal: null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MainHereOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Called with each text on stdout the moment it is written. */
  readonly onOut?: (text: string, interrupt: Interrupt) => void;
  readonly onQuestion?: RunHereOptions['onQuestion'];
  readonly onRead?: RunHereOptions['onRead'];
  readonly probe?: Probe;
  /** What stdin holds, where nobody sits there. */
  readonly input?: string;
}

/** The command of one command line as a process would run it, in this one. */
export async function mainHere(
  args: readonly string[],
  { env, onOut, onQuestion, onRead, probe, input = '' }: MainHereOptions,
): Promise<SaidHere> {
  let stdout = '';
  let stderr = '';
  const signals = new Map<string, () => void>();
  const interrupt: Interrupt = (signal = 'SIGINT') => signals.get(signal)?.();
  const source = onRead === undefined ? new PassThrough() : new Readable({ read: () => onRead(interrupt) });
  const stdin = Object.assign(source, { isTTY: onQuestion !== undefined });
  if (onQuestion === undefined && source instanceof PassThrough) source.end(input);
  const hear = (text: string): void => {
    stderr += text;
    if (onQuestion === undefined || !text.endsWith('[y/N] ')) return;
    const answer = onQuestion(text, interrupt);
    if (answer !== null && source instanceof PassThrough) source.write(`${answer}\n`);
  };
  const say = (text: string): void => {
    stdout += text;
    onOut?.(text, interrupt);
  };
  const process_ = {
    env,
    pid: process.pid,
    stdin,
    stdout: sink(say),
    stderr: Object.assign(sink(hear), { isTTY: onQuestion !== undefined }),
    on: (signal: string, handler: () => void) => signals.set(signal, handler),
  };
  // The tool uses these members of the process and no others.
  const code = await main(args, process_ as unknown as NodeJS.Process, probe);
  return { code, signal: null, stdout, stderr };
}

function sink(take: (text: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      take(chunk.toString());
      done();
    },
  });
}
