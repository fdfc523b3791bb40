import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';

import ora, { type Ora } from 'ora';

export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

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
  readonly isErrTty: boolean;
  /** Width for tables: of stdout on a terminal, else 200. */
  readonly columns: number;
  /** Writes to stdout; waits while the reader is slow. After the reader has gone, nothing is written any more. */
  out(text: string): Promise<void>;
  /** A line on stderr. */
  note(line: string): void;
  /** Colours a text of stdout, where that is wanted. */
  paint(style: Style, text: string): string;
  /** Asks on stderr. Anything but y or yes, the end of input included, is no. */
  confirm(question: string): Promise<boolean>;
  progress(): Progress;
}

export interface Progress {
  update(text: string): void;
  stop(): void;
}

/** Off a terminal a progress line is printed this often. */
const PLAIN_PROGRESS_MS = 30_000;

export function createTerminal({ stdin, stdout, stderr, env, now }: Streams): Terminal {
  const isDumb = env['TERM'] === 'dumb';
  const animates =
    stderr.isTTY === true && (stderr.columns ?? 0) > 0 && !isDumb && env['CI'] === undefined && env['NO_COLOR'] === undefined;
  const coloured = stdout.isTTY === true && !isDumb && (env['NO_COLOR'] ?? '') === '';
  let isClosed = false;
  let active: Ora | null = null;
  // A closed pipe stops printing, never the run.
  stdout.on('error', () => {
    isClosed = true;
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
    isErrTty: stderr.isTTY === true,
    columns: stdout.isTTY === true ? stdout.columns || 80 : 200,
    out: async (text) => {
      if (isClosed || stdout.write(text)) return;
      await Promise.race([once(stdout, 'drain'), once(stdout, 'close'), once(stdout, 'error')]).catch(() => undefined);
    },
    note,
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    confirm: (question) => ask(question, stdin, stderr),
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

function ask(question: string, input: Readable, output: Writable): Promise<boolean> {
  const lines = createInterface({ input, output });
  return new Promise((resolve) => {
    lines.on('close', () => resolve(false));
    lines.on('SIGINT', () => lines.close());
    lines.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      lines.close();
    });
  });
}
