import { expect, test } from 'vitest';

import { sampleDatabase, sandboxHere } from './in-process.ts';

const LIST = 'iccid\n8988303009999999999\n';

test('a list of unknown devices is recorded at a provider with the plan; who may not write there records nothing', async ({
  onTestFinished,
}) => {
  const sample = await sampleDatabase();
  const sandbox = await sandboxHere(sample.path);
  onTestFinished(async () => {
    await sandbox.remove();
    sample.remove();
  });
  const args = ['change-rate-plan', '--file', sandbox.list(LIST), '--plan', 'TS-1GB'];

  const refused = await sandbox.run(args, { env: { POND_BULK_OPERATOR: 'readonly' } });
  const runs = sandbox.query('SELECT id FROM pondbulk_run');
  const ran = await sandbox.run(args);

  expect([refused.code, runs], refused.stderr).toEqual([4, []]);
  expect(refused.stderr).toContain('User readonly has no CREATE permission');
  expect(ran.code, ran.stderr).toBe(5);
  expect(
    sandbox.query(`
      SELECT provider.Name FROM DeviceBulkChange AS change JOIN ServiceProvider AS provider ON provider.id = change.ServiceProviderId`),
  ).toEqual([{ Name: 'ThingSpace Sandbox' }]);
});
