import { afterAll, beforeAll, type TestContext } from 'vitest';

import { sampleDatabase, sandboxHere, type SandboxHere } from './in-process.ts';

/** Opens a sandbox for one test, which is removed with it. All those of a file are copies of one sample, made before its first test. */
export function sandboxes(): (context: Pick<TestContext, 'onTestFinished'>) => Promise<SandboxHere> {
  let sample: Awaited<ReturnType<typeof sampleDatabase>>;
  beforeAll(async () => {
    sample = await sampleDatabase();
  });
  afterAll(() => sample.remove());
  return async ({ onTestFinished }) => {
    const sandbox = await sandboxHere(sample.path);
    onTestFinished(() => sandbox.remove());
    return sandbox;
  };
}
