import { expect, test } from 'vitest';

import { revio } from '../../src/billing/revio/revio.ts';
import { ebonding } from '../../src/carriers/ebonding/ebonding.ts';
import { jasper } from '../../src/carriers/jasper/jasper.ts';
import type { ConfiguredAccount } from '../../src/config/account.ts';
import type { Connections } from '../../src/connections.ts';
import { checkAccounts, type AccountsOptions } from '../../src/doctor/accounts.ts';
import { CallFailed } from '../../src/domain/call-failed.ts';
import type { Provider } from '../../src/domain/facts.ts';
import type { Device } from '../../src/domain/plan-change.ts';
import type { RowError } from '../../src/domain/result.ts';

const PROVIDER: Provider = {
  id: 7,
  name: 'Jasper EU',
  displayName: 'Jasper EU',
  integration: 'JASPER',
  integrationId: 1,
  portal: 'M2M',
  tenantId: 1,
  writeIsEnabled: true,
};
const ACCOUNT: ConfiguredAccount = {
  ok: true,
  settings: {},
  pace: { concurrency: 1, perSecond: null },
  timeoutMs: 1,
  batchSize: 1,
  deadlineMs: 1,
};
const device = (iccid: string): Device => ({ portal: 'M2M', deviceId: 1, iccid, msisdn: null, eid: null, providerId: 7, tenantId: 1 });

function failed(kind: RowError['class'], hint: string | null = null): CallFailed {
  return new CallFailed({ code: 'X', class: kind, retryable: false, http: 400, message: `it said ${kind}`, hint });
}

/** Connections whose carrier answers each ICCID so; billing lets everybody in. */
function carrierSaying(answer: (iccid: string) => Error | null): Pick<Connections, 'carrier' | 'billing'> {
  return {
    carrier: () => ({
      readPlan: ({ device: { iccid } }) => {
        const error = answer(iccid);
        return error === null ? Promise.resolve({}) : Promise.reject(error);
      },
      changePlan: () => Promise.reject(new Error('doctor changes nothing')),
    }),
    billing: () => ({ checkLogin: () => Promise.resolve(), orderService: () => Promise.reject(new Error('doctor orders nothing')) }),
  };
}

const checked = (given: Partial<AccountsOptions>) =>
  checkAccounts({
    providers: [PROVIDER],
    carriers: [jasper],
    billing: revio,
    accountOf: () => ACCOUNT,
    connections: carrierSaying(() => null),
    sampleDevices: () => Promise.resolve([device('1'), device('2'), device('3')]),
    signal: new AbortController().signal,
    ...given,
  });

test.each([
  ['auth', false, 'credentials', 'check JASPER_BASE_URL, JASPER_USERNAME, JASPER_API_KEY'],
  ['transient', false, 'config', 'check JASPER_BASE_URL and the network'],
  ['limit', 'warn', undefined, 'wait until the limit is lifted'],
  ['carrier', 'warn', undefined, 'check JASPER_BASE_URL when it is so for every device (status 400)'],
] as const)('a carrier that answers with a failure of class %s', async (kind, ok, fault, advice) => {
  const [carrier, billing] = await checked({ connections: carrierSaying(() => failed(kind)) });

  expect(carrier).toMatchObject({ name: 'Jasper EU', ok, advice, found: expect.stringContaining(`it said ${kind}`) });
  expect(carrier !== undefined && 'fault' in carrier ? carrier.fault : undefined).toBe(fault);
  expect(billing).toMatchObject({ name: 'Rev.io', ok: true });
});

test('a device that the carrier does not know is no reason: the next one is read', async () => {
  const [carrier] = await checked({ connections: carrierSaying((iccid) => (iccid === '3' ? null : failed('carrier'))) });

  expect(carrier).toMatchObject({ ok: true, found: 'let in, read SIM 3' });
});

test('refused credentials are tried once: accounts get locked', async () => {
  const asked: string[] = [];
  const connections = carrierSaying((iccid) => {
    asked.push(iccid);
    return failed('auth');
  });

  await checked({ connections });

  expect(asked).toEqual(['1']);
});

test('a carrier that says nothing in time is one that is not reached', async () => {
  const [carrier] = await checked({ connections: carrierSaying(() => new DOMException('late', 'TimeoutError')) });

  expect(carrier).toMatchObject({ ok: false, fault: 'config', found: 'no answer in time' });
});

test('with no carrier account at all nothing could be changed: that is a failure', async () => {
  const missing = jasper.settings.map((name) => `JASPER_${name}`);

  const [carrier] = await checked({
    accountOf: (integration) => (integration === jasper ? { ok: false, missing } : ACCOUNT),
  });

  expect(carrier).toMatchObject({ ok: false, fault: 'credentials', advice: `set ${missing.join(', ')}` });
});

test('a provider of an integration that is not supported, and one that may not be written to, are told', async () => {
  const providers = [
    { ...PROVIDER, integration: 'Fax' },
    { ...PROVIDER, writeIsEnabled: false },
  ];

  const checks = await checked({ providers });

  expect(checks.map(({ ok, found }) => [ok, found])).toEqual([
    ['warn', 'integration Fax is not supported'],
    [true, 'let in, read SIM 1'],
    ['warn', 'ServiceProvider.WriteIsEnabled is 0'],
    [true, 'let in'],
  ]);
});

test('a carrier that is a procedure of the database has no account to try, and its being ready says nothing about others', async () => {
  const own: Provider = { ...PROVIDER, id: 8, displayName: 'eBonding', integration: 'eBonding', portal: 'Mobility' };
  const accountOf = (integration: { readonly settings: readonly string[] }): ConfiguredAccount =>
    integration.settings.length === 0 ? ACCOUNT : { ok: false, missing: jasper.settings.map((name) => `JASPER_${name}`) };

  const [first, second] = await checked({ providers: [PROVIDER, own], carriers: [jasper, ebonding], accountOf });

  expect([first?.ok, first?.found]).toEqual([false, 'credentials missing']);
  expect(second).toMatchObject({ name: 'eBonding', ok: true, found: expect.stringMatching(/^no account: usp_/) });
});
