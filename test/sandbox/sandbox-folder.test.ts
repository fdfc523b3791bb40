import { isAbsolute, join } from 'node:path';
import { expect, test } from 'vitest';

import { ensureSimulator } from '../../src/sandbox/ensure-simulator.ts';
import { defaultSandboxPath, sandboxFolder } from '../../src/sandbox/sandbox-folder.ts';

test.each([{}, { XDG_DATA_HOME: '', LOCALAPPDATA: '' }])(
  'the sandbox is in the data folder of the user, wherever it is asked for: %j',
  (env) => {
    expect(isAbsolute(defaultSandboxPath(env))).toBe(true);
    expect(defaultSandboxPath(env)).toBe(defaultSandboxPath({}));
  },
);

test('a folder that cannot be made is told, with why and what to do', async () => {
  const path = join(import.meta.filename, 'sandbox');

  await expect(ensureSimulator(sandboxFolder(path))).rejects.toMatchObject({
    kind: 'config',
    message: `The sandbox's folder ${path} cannot be made: a part of its path is a file. Name another with --sandbox-dir`,
  });
});
