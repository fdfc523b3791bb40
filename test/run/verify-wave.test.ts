import { expect, test } from 'vitest';

import { CallFailed } from '../../src/domain/call-failed.ts';
import type { PlanChange } from '../../src/domain/plan-change.ts';
import type { DeviceState } from '../../src/domain/result.ts';
import { verifyWave } from '../../src/run/verify-wave.ts';
import { createWaveRecord, MOST_READ_BACK } from '../../src/run/wave-record.ts';
import { randomOf, SEED } from '../promises/random.ts';
import { createFakeClock } from '../fake-clock.ts';

function change(n: number, effectiveDate: string | null = null): PlanChange {
  const device = { portal: 'M2M', deviceId: n, iccid: String(n), msisdn: null, eid: null, providerId: 1, tenantId: 1 } as const;
  const plan = { id: 1, code: 'NEW', packageTypeId: null, planUuid: null };
  return { kind: 'change-rate-plan', device, plan, commPlan: null, effectiveDate, before: {} };
}

const many = (count: number): readonly PlanChange[] => Array.from({ length: count }, (_, n) => change(n));

function verified(changes: readonly PlanChange[], readPlan: (change: PlanChange) => Promise<DeviceState | null>, settleMs = 10_000) {
  return verifyWave(changes, { readPlan, clock: createFakeClock(), settleMs, signal: new AbortController().signal });
}

test('every device is asked about once when all show their plan', async () => {
  const asked: string[] = [];

  const found = await verified(many(30), ({ device }) => {
    asked.push(device.iccid);
    return Promise.resolve({ plan: 'NEW' });
  });

  expect(found).toEqual({ mismatch: null, shown: 30, unseen: 0 });
  expect(new Set(asked).size).toBe(30);
  expect(asked).toHaveLength(30);
});

test('a carrier has its settle time to show what it has done', async () => {
  let looks = 0;
  const late = (): Promise<DeviceState> => Promise.resolve({ plan: (looks += 1) > 4 ? 'NEW' : 'OLD' });

  expect(await verified([change(7)], late)).toMatchObject({ mismatch: null, shown: 1 });
  looks = 0;
  expect(await verified([change(7)], late, 1000)).toEqual({
    mismatch: { message: '7: the carrier says that plan is OLD instead of NEW', error: null },
    shown: 0,
    unseen: 0,
  });
});

test('a carrier that cannot be asked is counted as that, not as read back', async () => {
  const found = await verified(many(5), ({ device }) => Promise.resolve(device.deviceId < 2 ? null : { plan: 'NEW' }));

  expect(found).toEqual({ mismatch: null, shown: 3, unseen: 2 });
});

test.each([
  ['credentials that are refused are not asked for again', 'auth', 1],
  ['a read that fails is tried until the settle time is over, and told', 'transient', 7],
] as const)('%s', async (_name, errorClass, asked) => {
  let looks = 0;
  const error = { code: 'X', class: errorClass, retryable: false, http: null, message: 'no', hint: null };

  const found = await verified([change(7)], () => {
    looks += 1;
    return Promise.reject(new CallFailed(error));
  });

  expect(found.mismatch).toEqual({ message: '7 could not be read back: no', error });
  expect(looks).toBe(asked);
});

test('an unexpected error is not taken for an answer', async () => {
  await expect(verified([change(7)], () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});

test(`what is read back is all of a small wave, and different rows of a large one (seed ${SEED})`, () => {
  const random = randomOf(SEED);
  for (const size of [1, MOST_READ_BACK, MOST_READ_BACK + 1, 3000]) {
    const record = createWaveRecord(() => random.int(0, 999_999) / 1_000_000);
    for (const each of many(size)) record.take('APPLIED', each);

    expect(record.done).toBe(size);
    expect(new Set(record.applied.map(({ device }) => device.iccid)).size).toBe(Math.min(size, MOST_READ_BACK));
  }
});

test('rows that a carrier cannot be asked about, or that were not applied, are not read back', () => {
  const record = createWaveRecord(() => 0);

  for (const status of ['NOOP', 'FAILED', 'UNKNOWN', 'ACCEPTED', 'NOT_STARTED'] as const) record.take(status, change(1));
  record.take('APPLIED', change(2, '2099-01-01'));

  expect(record).toMatchObject({ done: 2, failed: 2, unknown: 1, applied: [] });
});
