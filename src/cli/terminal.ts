import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

import ora, { type Ora } from 'ora';

/** A stream to print on, as far as it is looked at. */
export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a process has around it. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** The one place that touches the streams: stdout is the result, stderr is progress and prompts. */
export interface Terminal {
  readonly stdin: Readable;
  readonly isInTty: boolean;
  readonly isOutTty: boolean;
  readonly isErrTty: boolean;
  /** Width for tables: of stdout on a terminal, else 200. */
  readonly columns: number;
  /** Writes to stdout; waits while the reader is slow. After the reader has gone, nothing is written any more. */
  out(text: string): Promise<void>;
  /** Resolves when all of stdout was taken, with why it was not: a full disk, not a reader that has gone. */
  settled(): Promise<string | null>;
  /** A line on stderr. */
  note(line: string): void;
  /** Colours a text of stdout, where that is wanted. */
  paint(style: Style, text: string): string;
  /** Asks on stderr. Anything but y or yes, the end of input and of the signal included, is no. */
  confirm(question: string, signal?: AbortSignal): Promise<boolean>;
  progress(): Progress;
}

/** One line on stderr that is written again and again; every 30 s off a terminal. */
export interface Progress {
  update(text: string): void;
  stop(): void;
}

/** Off a terminal a progress line is printed this often. */
const PLAIN_PROGRESS_MS = 30_000;

const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

/** The one place that touches the streams. */
export function createTerminal({ stdin, stdout, stderr, env, now }: Streams): Terminal {
  // An empty NO_COLOR is none (no-color.org).
  const isPlain = env['TERM'] === 'dumb' || (env['NO_COLOR'] ?? '') !== '';
  const animates =
    // On a terminal of no width ora would print without end.
    stderr.isTTY === true && (stderr.columns ?? 0) > 0 && !isPlain && env['CI'] === undefined;
  const isOutTty = stdout.isTTY === true;
  const coloured = isOutTty && !isPlain && env['FORCE_COLOR'] !== '0';
  let isClosed = false;
  let outFailure: string | null = null;
  let active: Ora | null = null;
  /** Resolves when a full stdout has room again: one for all who wait, since events are not waited for one by one. */
  let room: Promise<void> | null = null;
  // A closed pipe stops printing, never the run.
  stdout.on('error', (error: Error & { readonly code?: string }) => {
    isClosed = true;
    if (!isOutTty && !READER_GONE.has(error.code ?? '')) outFailure ??= error.message;
  });
  stderr.on('error', () => undefined);
  const note = (line: string): void => {
    active?.clear();
    stderr.write(`${line}\n`);
    active?.render();
  };
  return {
    stdin,
    isInTty: stdin.isTTY === true,
    isOutTty,
    isErrTty: stderr.isTTY === true,
    get columns() {
      return isOutTty ? stdout.columns || 80 : 200;
    },
    out: async (text) => {
      if (isClosed || stdout.destroyed) return;
      // On the same terminal a spinner's line would run into the text; its next frame comes by itself.
      if (isOutTty) active?.clear();
      if (stdout.write(text) || stdout.destroyed) return;
      room ??= drained(stdout).then(() => {
        room = null;
      });
      await room;
    },
    settled: async () => {
      if (!isClosed && !stdout.destroyed) await new Promise<void>((done) => stdout.write('', () => done()));
      return outFailure;
    },
    note,
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    confirm: (question, signal) => ask(question, stdin, stderr, signal),
    progress: () => {
      if (!animates) return plainProgress(note, now);
      // discardStdin would hold the terminal's input; the process ends with it.
      const spinner = ora({ stream: stderr as NodeJS.WriteStream, discardStdin: false });
      return {
        update: (text) => {
          spinner.text = text;
          if (active === null) active = spinner.start();
        },
        stop: () => {
          spinner.stop();
          active = null;
        },
      };
    },
  };
}

/** Resolves when there is room again, or when the reader has gone. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const ends = ['drain', 'close', 'error'] as const;
    const done = (): void => {
      for (const end of ends) stream.off(end, done);
      resolve();
    };
    for (const end of ends) stream.on(end, done);
  });
}

function plainProgress(note: (line: string) => void, now: () => number): Progress {
  let saidAt = now();
  return {
    update: (text) => {
      if (now() - saidAt < PLAIN_PROGRESS_MS) return;
      saidAt = now();
      note(text);
    },
    stop: () => undefined,
  };
}

function ask(question: string, input: Readable, output: Writable, signal: AbortSignal | undefined): Promise<boolean> {
  const lines = createInterface({ input, output, ...(signal === undefined ? {} : { signal }) });
  return new Promise((resolve) => {
    lines.on('close', () => resolve(false));
    lines.on('SIGINT', () => lines.close());
    lines.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      lines.close();
    });
  });
}
