import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { expect, test } from 'vitest';

import { envExample } from '../../src/config/env-example.ts';
import { loadReal, REAL } from './load.ts';

test('.env.example names every setting there is (UPDATE_GOLDEN=1 writes it)', () => {
  const text = envExample(REAL);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync('.env.example', text);

  expect(readFileSync('.env.example', 'utf8')).toBe(text);
});

test('a copied .env.example changes nothing', () => {
  const copied = loadReal({ dotenv: parse(readFileSync('.env.example')) });

  expect(copied.describe()).toEqual(loadReal({}).describe());
  expect(copied.warnings).toEqual([]);
});
