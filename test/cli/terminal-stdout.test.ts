import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

import { createTerminal } from '../../src/cli/terminal.ts';
import { fakeTerminal } from './streams.ts';

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
  const terminal = createTerminal({ stdin: new PassThrough(), stdout: slow, stderr: new PassThrough(), env: {}, now: () => 0 });
  const listeners = ['drain', 'close', 'error'].map((name) => slow.listenerCount(name));

  for (let index = 1; index <= 50; index += 1) {
    await terminal.out('x'.repeat(20));
    expect(taken).toBe(index * 20);
  }

  expect(['drain', 'close', 'error'].map((name) => slow.listenerCount(name))).toEqual(listeners);
});

test('however many texts wait for a slow reader, the stream is watched once', async () => {
  const { terminal, stdout } = fakeTerminal({ highWaterMark: 1 });
  const before = stdout.listenerCount('drain');

  const waiting = Array.from({ length: 100 }, (_, index) => terminal.out(`event ${index}\n`));
  const watched = stdout.listenerCount('drain') - before;
  stdout.destroy();
  await Promise.all(waiting);

  expect([watched, stdout.listenerCount('drain') - before]).toEqual([1, 0]);
});

describe('a closed stdout ends the printing, never the run', () => {
  test('closed just before the first text', async () => {
    const { terminal, stdout } = fakeTerminal();
    stdout.destroy();

    const texts = Promise.all([terminal.out('a'), terminal.out('b')]);

    await expect(texts).resolves.toEqual([undefined, undefined]);
  });

  test('closed for long, without an error', async () => {
    const { terminal, stdout } = fakeTerminal();
    stdout.destroy();
    await once(stdout, 'close');

    await expect(terminal.out('x')).resolves.toBeUndefined();
  });

  test('broken with an error', async () => {
    const { terminal, stdout } = fakeTerminal();
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));

    await expect(terminal.out('a')).resolves.toBeUndefined();
    await expect(terminal.out('b')).resolves.toBeUndefined();
  });

  test('closed while a text waits for the reader', async () => {
    const { terminal, stdout } = fakeTerminal({ highWaterMark: 1 });
    const waiting = terminal.out('more than there is room for');

    stdout.destroy();

    await expect(waiting).resolves.toBeUndefined();
    await expect(terminal.out('next')).resolves.toBeUndefined();
  });

  test('a real pipe', async () => {
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
