import { describe, expect, test } from 'vitest';

import { fakeTerminal } from './streams.ts';

describe('a closed pipe on stdout never throws', () => {
  test('closed before the first text', async () => {
    const { terminal, stdout } = fakeTerminal();
    stdout.destroy();

    const texts = Promise.all([terminal.out('a'), terminal.out('b')]);

    await expect(texts).resolves.toEqual([undefined, undefined]);
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
});

test('there is colour on a terminal only, and not with NO_COLOR or TERM=dumb', () => {
  const painted = [
    fakeTerminal({ outTty: true }),
    fakeTerminal({ outTty: true, env: { NO_COLOR: '1' } }),
    fakeTerminal({ outTty: true, env: { TERM: 'dumb' } }),
    fakeTerminal(),
  ].map(({ terminal }) => terminal.paint('green', 'x'));

  expect(painted).toEqual(['\u001B[32mx\u001B[39m', 'x', 'x', 'x']);
});
