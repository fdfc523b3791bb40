import { expect, test } from 'vitest';

import { faultSchema } from '../../src/sandbox/simulator/faults.ts';
import { mainHere } from '../end-to-end/in-process.ts';

test('the help of faults names every service, kind and member of a fault', async () => {
  const { stdout } = await mainHere(['sandbox', 'faults', '--help'], { env: {} });

  const words = stdout.slice(stdout.indexOf('A fault is JSON')).split(/[\s,:'"{}()]+/);
  const { service, kind } = faultSchema.shape;
  expect(words).toEqual(expect.arrayContaining([...service.options, ...kind.options, ...Object.keys(faultSchema.shape)]));
});
