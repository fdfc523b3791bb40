import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';

import { defaultSandboxPath } from '../../src/sandbox/sandbox-folder.ts';

test.each([{}, { XDG_DATA_HOME: '', LOCALAPPDATA: '' }])(
  'the sandbox is in the data folder of the user, wherever it is asked for: %j',
  (env) => {
    expect(isAbsolute(defaultSandboxPath(env))).toBe(true);
    expect(defaultSandboxPath(env)).toBe(defaultSandboxPath({}));
  },
);
