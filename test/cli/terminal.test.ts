import { describe, expect, test } from 'vitest';

import { fakeTerminal, type FakeOptions, type FakeTerminal } from './streams.ts';

/** Both outputs are a terminal, or neither. */
function fake(tty: boolean, options: FakeOptions = {}): FakeTerminal {
  return fakeTerminal({ outTty: tty, errTty: tty, columns: 120, ...options });
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
    expect(fake(tty, { env }).terminal.paint('red', 'x')).toBe(coloured ? '\u001b[31mx\u001b[39m' : 'x');
  });
});

describe('width', () => {
  test('a terminal that says 0 columns has 80; off a terminal there are 200', () => {
    expect(fake(true, { columns: 0 }).terminal.columns).toBe(80);
    expect(fake(true).terminal.columns).toBe(120);
    expect(fake(false).terminal.columns).toBe(200);
  });
});

describe('progress', () => {
  test('off a terminal one plain line every 30 s', () => {
    let clock = 0;
    const { terminal, noted } = fake(false, { now: () => clock });
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
    const { terminal, noted } = fake(true, { env, columns });
    const progress = terminal.progress();

    progress.update('working');
    progress.stop();

    expect(noted()).toBe('');
  });

  test('on a terminal it is on stderr, and stdout stays clean', () => {
    const { terminal, written, noted } = fake(true);
    const progress = terminal.progress();

    progress.update('working');
    progress.stop();

    expect(noted()).toContain('working');
    expect(written()).toBe('');
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
    const { terminal, stdin, written, noted } = fake(false);
    const answered = terminal.confirm('Go on?');

    stdin.write(answer);

    expect(await answered).toBe(expected);
    expect(noted()).toContain('Go on? [y/N] ');
    expect(written()).toBe('');
  });

  test('the end of input is no', async () => {
    const { terminal, stdin } = fake(false);
    const answered = terminal.confirm('Go on?');

    stdin.end();

    expect(await answered).toBe(false);
  });

  test('Ctrl-C is no', async () => {
    const { terminal, stdin } = fake(true);
    const answered = terminal.confirm('Go on?');

    stdin.write('\u0003');

    expect(await answered).toBe(false);
  });
});
