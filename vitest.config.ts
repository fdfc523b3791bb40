import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    maxConcurrency: 20,
    // Its default leaves one core alone, which on two cores means one file after another; and many tests wait for processes of their own.
    maxWorkers: availableParallelism() + 1,
  },
});
