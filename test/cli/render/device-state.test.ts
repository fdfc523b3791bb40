import { expect, test } from 'vitest';

import { transition } from '../../../src/cli/render/device-state.ts';

test.each([
  ['one member', { plan: 'A', commPlan: 'C' }, { plan: 'B' }, 'A → B'],
  ['several, by name', { plan: 'A', commPlan: null }, { plan: 'B', commPlan: 'C' }, 'plan A → B, comm plan - → C'],
  ['the same again', { plan: 'A' }, { plan: 'A' }, 'A'],
  ['nothing known before', null, { plan: 'B' }, 'B'],
  ['something taken away', { siteId: 3 }, { siteId: null }, '3 → -'],
  ['nothing after', { plan: 'A' }, null, ''],
])('a change is shown as what differs: %s', (_name, before, after, text) => {
  expect(transition(before, after)).toBe(text);
});
