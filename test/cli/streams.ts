import { PassThrough } from 'node:stream';

import { createTerminal, type Terminal } from '../../src/cli/terminal.ts';

export interface FakeOptions {
  readonly outTty?: boolean;
  readonly errTty?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => number;
  /** What stdout takes before it asks to wait. */
  readonly highWaterMark?: number;
}

type FakeStream = PassThrough & { readonly isTTY?: boolean; columns?: number };

export interface FakeTerminal {
  readonly terminal: Terminal;
  readonly stdin: PassThrough;
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  /** What was written since it was last asked for: to stdout, to stderr. */
  readonly written: () => string;
  readonly noted: () => string;
}

/** ora moves the cursor by the methods of a terminal. */
const CURSOR = { clearLine: () => true, cursorTo: () => true, moveCursor: () => true };

/** A terminal over streams in memory. */
export function fakeTerminal({
  outTty = false,
  errTty = false,
  columns,
  env = {},
  now = () => 0,
  highWaterMark,
}: FakeOptions = {}): FakeTerminal {
  const stdin = new PassThrough();
  const stdout: FakeStream = Object.assign(
    new PassThrough(highWaterMark === undefined ? {} : { highWaterMark }),
    outTty ? { isTTY: true } : {},
    columns === undefined ? {} : { columns },
  );
  const stderr: FakeStream = Object.assign(
    new PassThrough(),
    errTty ? { isTTY: true, ...CURSOR } : {},
    columns === undefined ? {} : { columns },
  );
  return {
    terminal: createTerminal({ stdin, stdout, stderr, env, now }),
    stdin,
    stdout,
    stderr,
    written: () => text(stdout),
    noted: () => text(stderr),
  };
}

function text(stream: PassThrough): string {
  const read: unknown = stream.read();
  return Buffer.isBuffer(read) ? read.toString() : '';
}
