import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

import { createTerminal, type Terminal, type TerminalOutput } from '../../src/cli/terminal.ts';

interface Faked {
  readonly terminal: Terminal;
  readonly input: PassThrough;
  readonly printed: () => string;
  readonly noted: () => string;
}

function output(tty: boolean, columns?: number): { readonly stream: TerminalOutput; readonly text: () => string } {
  let text = '';
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  // ora moves the cursor by the methods of a terminal.
  const cursor = { clearLine: () => true, cursorTo: () => true, moveCursor: () => true };
  const stream = Object.assign(sink, tty ? { isTTY: true, ...cursor } : {}, columns === undefined ? {} : { columns });
  return { stream, text: () => text };
}

function fake(tty: boolean, env: Readonly<Record<string, string>> = {}, columns = 120, now: () => number = () => 0): Faked {
  const input = new PassThrough();
  const stdout = output(tty, columns);
  const stderr = output(tty, columns);
  const terminal = createTerminal({ stdin: input, stdout: stdout.stream, stderr: stderr.stream, env, now });
  return { terminal, input, printed: stdout.text, noted: stderr.text };
}

describe('colour', () => {
  test.each<[string, boolean, Readonly<Record<string, string>>, boolean]>([
    ['on a terminal', true, {}, true],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['with TERM=dumb', true, { TERM: 'dumb' }, false],
    ['off a terminal', false, {}, false],
    ['off a terminal with FORCE_COLOR', false, { FORCE_COLOR: '1' }, false],
  ])('%s', (_name, tty, env, coloured) => {
    expect(fake(tty, env).terminal.paint('red', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
  });
});

describe('width', () => {
  test('a terminal that says 0 columns has 80; off a terminal there are 200', () => {
    expect(fake(true, {}, 0).terminal.columns).toBe(80);
    expect(fake(true, {}, 120).terminal.columns).toBe(120);
    expect(fake(false).terminal.columns).toBe(200);
  });
});

describe('progress', () => {
  test('off a terminal one plain line every 30 s', () => {
    let clock = 0;
    const { terminal, noted } = fake(false, {}, 120, () => clock);
    const progress = terminal.progress();

    for (clock = 0; clock <= 90_000; clock += 1000) progress.update(`at ${clock}`);
    progress.stop();

    expect(noted()).toBe('at 30000\nat 60000\nat 90000\n');
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['no width', {}, 0],
    ['NO_COLOR', { NO_COLOR: '1' }, 120],
    ['TERM=dumb', { TERM: 'dumb' }, 120],
    ['CI', { CI: '1' }, 120],
  ])('nothing is animated with %s', (_name, env, columns) => {
    const { terminal, noted } = fake(true, env, columns);
    const progress = terminal.progress();

    progress.update('working');
    progress.stop();

    expect(noted()).toBe('');
  });

  test('on a terminal it is on stderr, and stdout stays clean', () => {
    const { terminal, printed, noted } = fake(true);
    const progress = terminal.progress();

    progress.update('working');
    progress.stop();

    expect(noted()).toContain('working');
    expect(printed()).toBe('');
  });
});

describe('a question', () => {
  test.each([
    ['y\n', true],
    ['YES\n', true],
    ['n\n', false],
    ['\n', false],
    ['yep\n', false],
  ])('%j', async (answer, expected) => {
    const { terminal, input, printed, noted } = fake(false);
    const answered = terminal.confirm('Go on?');

    input.write(answer);

    expect(await answered).toBe(expected);
    expect(noted()).toContain('Go on? [y/N] ');
    expect(printed()).toBe('');
  });

  test('the end of input is no', async () => {
    const { terminal, input } = fake(false);
    const answered = terminal.confirm('Go on?');

    input.end();

    expect(await answered).toBe(false);
  });

  test('Ctrl-C is no', async () => {
    const { terminal, input } = fake(true);
    const answered = terminal.confirm('Go on?');

    input.write('\u0003');

    expect(await answered).toBe(false);
  });
});

describe('stdout', () => {
  test('a slow reader is waited for, and nothing is left behind', async () => {
    let taken = 0;
    const slow = new Writable({
      highWaterMark: 10,
      write: (chunk: Buffer, _encoding, done) => {
        setImmediate(() => {
          taken += chunk.length;
          done();
        });
      },
    });
    const terminal = createTerminal({ stdin: new PassThrough(), stdout: slow, stderr: output(false).stream, env: {}, now: () => 0 });
    const listeners = ['drain', 'close', 'error'].map((name) => slow.listenerCount(name));

    for (let index = 1; index <= 50; index += 1) {
      await terminal.out('x'.repeat(20));
      expect(taken).toBe(index * 20);
    }

    expect(['drain', 'close', 'error'].map((name) => slow.listenerCount(name))).toEqual(listeners);
  });

  test('a stream that is gone without an error ends the printing, not the run', async () => {
    const gone = new PassThrough();
    const terminal = createTerminal({ stdin: new PassThrough(), stdout: gone, stderr: output(false).stream, env: {}, now: () => 0 });
    gone.destroy();
    await once(gone, 'close');

    await expect(terminal.out('x')).resolves.toBeUndefined();
  });

  test('a closed pipe stops printing, never the run', async () => {
    const code = `
      import { createTerminal } from ${JSON.stringify(pathToFileURL(resolve('src/cli/terminal.ts')).href)};
      const { stdin, stdout, stderr, env } = process;
      const terminal = createTerminal({ stdin, stdout, stderr, env, now: Date.now });
      for (let line = 0; line < 20000; line += 1) await terminal.out('x'.repeat(100) + '\\n');
      terminal.note('the run went on');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());

    const [exitCode] = (await once(child, 'close')) as [number];

    expect([exitCode, said]).toEqual([0, 'the run went on\n']);
  });
});
