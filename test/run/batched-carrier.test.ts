import { afterEach, beforeEach, expect, test } from 'vitest';

import { systemClock } from '../../src/domain/clock.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { BatchedStep, Seen, Sent, Steps } from '../../src/domain/step.ts';
import { NO_GATES } from '../../src/run/gates.ts';
import { createFence } from '../../src/run/fence.ts';
import { countsOf, work, type WorkOptions } from '../../src/run/work.ts';
import { engines, type TestDatabase } from '../database/engines.ts';
import { sampleOn } from '../database/sample-on.ts';
import { pondIccid } from '../end-to-end/cli.ts';
import { savedRun } from './saved-run.ts';

// A carrier as ThingSpace and Teal are: many devices in one request, which is accepted and done later.

const DEVICES = 25;
const MAX_MEMBERS = 10;
const [engine] = engines;

let made: TestDatabase;

beforeEach(async () => {
  if (engine === undefined) throw new Error('there is no engine to test on');
  made = await sampleOn(engine.create);
});

afterEach(() => made.remove());

/** Takes requests of several devices, and has done them after `looks` looks. */
function asynchronousCarrier(looks: number) {
  const requests: (readonly string[])[] = [];
  const left = new Map<string, number>();
  let isLosingReplies = false;
  const stepOf = (iccid: string): BatchedStep<{ readonly done: true }, string> => ({
    audit: 'Test carrier: API.',
    request: `PUT /devices ${iccid}`,
    key: 'plan X',
    member: iccid,
    maxMembers: MAX_MEMBERS,
    sendAll: (members): Promise<readonly Sent<{ readonly done: true }>[]> => {
      requests.push(members);
      for (const member of members) left.set(member, looks);
      if (isLosingReplies) {
        const error = { code: 'NO_ANSWER', class: 'transient', retryable: true, http: null, message: 'no answer', hint: null } as const;
        return Promise.resolve(members.map(() => ({ kind: 'lost', error, response: '' })));
      }
      return Promise.resolve(
        members.map((member) => ({ kind: 'accepted', handle: `request ${requests.length} ${member}`, response: '{"requestId":1}' })),
      );
    },
    readBack: (): Promise<Seen<{ readonly done: true }>> => {
      const looksLeft = left.get(iccid);
      if (looksLeft === undefined) return Promise.resolve({ kind: 'absent' });
      left.set(iccid, looksLeft - 1);
      return Promise.resolve(looksLeft > 0 ? { kind: 'pending' } : { kind: 'happened', value: { done: true }, response: 'done' });
    },
  });
  return {
    requests,
    loseReplies: () => {
      isLosingReplies = true;
    },
    changePlan: async (iccid: string, steps: Steps): Promise<Outcome> => {
      await steps.step('change plan', stepOf(iccid));
      return { status: 'APPLIED', message: 'OK', error: null, after: { plan: 'X' }, effects: [], audit: [] };
    },
  };
}

async function saved(runId: string) {
  const iccids = Array.from({ length: DEVICES }, (_, index) => pondIccid(index + 1));
  const { store, bulkChanges, holder } = await savedRun(made.db, runId, iccids);
  const never = new AbortController().signal;
  const options = (carrier: ReturnType<typeof asynchronousCarrier>, deadlineMs: number): WorkOptions => ({
    store,
    clock: systemClock,
    emit: () => undefined,
    perform: (change) => (steps) => carrier.changePlan(change.device.iccid, steps),
    preflight: 'Pre-flight',
    pageSize: 10,
    settleMs: 500,
    inProgress: () => DEVICES,
    deadlineMs: () => deadlineMs,
    gates: NO_GATES,
    waves: null,
    fence: createFence(),
    leased: () => Promise.resolve(),
    leasing: { holder, isAlive: () => true, warn: () => undefined },
    drain: never,
    abort: never,
    exitCodeOf: () => 0,
  });
  return { bulkChanges, options };
}

test('devices share requests, are ACCEPTED, and are settled by looking again', async () => {
  const carrier = asynchronousCarrier(1);
  const { bulkChanges, options } = await saved('batched');

  const { byStatus } = await work('batched', bulkChanges, options(carrier, 30_000));

  expect(byStatus).toEqual({ APPLIED: DEVICES });
  expect(carrier.requests.map((members) => members.length)).toEqual([MAX_MEMBERS, MAX_MEMBERS, DEVICES - 2 * MAX_MEMBERS]);
  expect(await made.db.query('SELECT COUNT(*) AS n FROM DeviceBulkChangeLog')).toEqual([{ n: DEVICES }]);
});

test('what is not done by the deadline stays ACCEPTED, and a later run settles it without sending again', async () => {
  const carrier = asynchronousCarrier(1);
  const { bulkChanges, options } = await saved('deadline');

  const first = await work('deadline', bulkChanges, options(carrier, 0));
  const sent = carrier.requests.length;
  const second = await work('deadline', bulkChanges, options(carrier, 30_000));

  expect(first.byStatus).toEqual({ ACCEPTED: DEVICES });
  expect(second.byStatus).toEqual({ APPLIED: DEVICES });
  expect(carrier.requests).toHaveLength(sent);
  expect(countsOf(bulkChanges)).toEqual({ NOT_STARTED: DEVICES });
});

test('after a lost reply every member is read back for itself, and none is sent twice', async () => {
  const carrier = asynchronousCarrier(0);
  carrier.loseReplies();
  const { bulkChanges, options } = await saved('lost');

  const { byStatus } = await work('lost', bulkChanges, options(carrier, 0));

  expect(byStatus).toEqual({ APPLIED: DEVICES });
  expect(carrier.requests.flat()).toHaveLength(DEVICES);
});
