import { expect, test } from 'vitest';

import { ebondingIccid } from '../carriers/ebonding.ts';
import { telegenceIccid } from '../carriers/telegence.ts';
import { sandboxes } from './sandboxes.ts';

const newSandbox = sandboxes();

test.for([
  ['a procedure of the database', ebondingIccid(1), 'EB-5GB', ['database intent', 'database answer']],
  ['a call of a carrier', telegenceIccid(1), 'TG-5GB', ['api intent', 'api answer']],
  ['a call that is refused', telegenceIccid(2), 'TG-5GB', ['api intent', 'error failed']],
] as const)('%s: row.step says which side each step is at', async ([, iccid, plan, told], { onTestFinished }) => {
  const sandbox = await newSandbox({ onTestFinished });
  if (told[1] === 'error failed') sandbox.addFault({ service: 'telegence', kind: '400', match: { method: 'PATCH' } });

  const ran = await sandbox.run(['change-rate-plan', '--file', sandbox.list(`iccid\n${iccid}\n`), '--plan', plan]);

  const steps = ran.events.filter(({ type }) => type === 'row.step').map(({ category, state }) => `${category} ${state}`);
  expect(steps, ran.stderr).toEqual(told);
});
