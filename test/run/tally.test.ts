import { expect, test } from 'vitest';

import type { RowFacts } from '../../src/domain/facts.ts';
import type { Verdict } from '../../src/domain/verdict.ts';
import { Tally } from '../../src/run/tally.ts';

/** Of a row only its line is read; of its change what it is grouped by and what a sample shows. */
function tallied(plans: readonly string[]): Tally {
  const tally = new Tally(100);
  for (const [index, plan] of plans.entries()) {
    const device = { iccid: String(index), providerId: 1, portal: 'M2M' };
    const change = {
      kind: 'change-rate-plan',
      device,
      plan: { id: 1, code: plan },
      commPlan: null,
      effectiveDate: null,
      before: { plan: 'OLD' },
    };
    const verdict = { status: 'PLANNED', isNoop: plan === 'OLD', change, after: { plan } };
    tally.add({ line: index + 2 } as RowFacts, verdict as unknown as Verdict);
  }
  return tally;
}

test.each([
  ['the first rows that change something', 'OLD A A OLD A A', '1 2 4'],
  ['a second plan far down, in the place of a repeated one', 'A A A A A A B A', '0 1 6'],
  ['three of four plans', 'A A A B C D', '0 4 3'],
  ['all of a short list', 'A B', '0 1'],
])('what is shown before it is confirmed: %s', (_name, plans, shown) => {
  expect(tallied(plans.split(' ')).samples.map(({ iccid }) => iccid)).toEqual(shown.split(' '));
});
