import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { testSandbox, type TestSandbox } from './end-to-end/cli.ts';

/** Commands of the README that say how they end: `npx pond-bulk … # exit N`. They are run in their order. */
const COMMANDS = readFileSync('README.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, command, code] = /^npx pond-bulk (.+?)\s+# exit (\d+)$/.exec(line) ?? [];
    return command === undefined || code === undefined ? [] : [[command, Number(code)] as const];
  });

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await testSandbox();
});

afterAll(async () => {
  await sandbox.remove();
});

test('the README has commands to try', () => {
  expect(COMMANDS.length).toBeGreaterThan(5);
});

test.each(COMMANDS)('the README is true: %s', async (command, code) => {
  const [line = '', output] = command.split(/\s+>\s+/);
  const args = line.split(/\s+/).map((word) => {
    if (word.startsWith('fixtures/')) return resolve(word);
    return word.endsWith('.csv') ? join(sandbox.dir, word) : word;
  });

  const ran = await sandbox.run(args.filter((word) => word !== '--sandbox'));
  if (output !== undefined) sandbox.list(output, ran.stdout);

  expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(code);
});
