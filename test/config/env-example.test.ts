import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { revio } from '../../src/billing/revio/revio.ts';
import { CARRIERS } from '../../src/carriers/registry.ts';
import { envExample } from '../../src/config/env-example.ts';

test('.env.example names every setting there is (UPDATE_GOLDEN=1 writes it)', () => {
  const text = envExample([...CARRIERS, revio]);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync('.env.example', text);

  expect(readFileSync('.env.example', 'utf8')).toBe(text);
});
