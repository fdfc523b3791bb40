import { expect, test } from 'vitest';

import type { BatchedStep } from '../../src/domain/step.ts';
import { createBatches } from '../../src/run/batches.ts';

const NEVER = new AbortController().signal;

/** A step whose requests are noted, each answered with the members it had. */
function stepOf(
  member: string,
  requests: (readonly unknown[])[],
  more: Partial<BatchedStep<unknown, unknown>> = {},
): BatchedStep<unknown, unknown> {
  return {
    audit: 'Test',
    request: `PUT ${member}`,
    key: 'a',
    member,
    maxMembers: 10,
    sendAll: async (members) => {
      requests.push(members);
      return members.map((value) => ({ kind: 'done', value, response: '' }));
    },
    readBack: async () => ({ kind: 'absent' }),
    ...more,
  };
}

test('a request waits for every worker that may still bring a member, and no longer', async () => {
  const requests: (readonly unknown[])[] = [];
  const batches = createBatches();
  const late = Promise.withResolvers<string>();

  const sent = batches.runWorkers([
    () => batches.send(stepOf('x', requests), NEVER),
    async () => batches.send(stepOf(await late.promise, requests), NEVER),
  ]);
  const before = requests.length;
  late.resolve('y');

  expect(await sent).toMatchObject([{ value: 'x' }, { value: 'y' }]);
  expect(before).toBe(0);
  expect(requests).toEqual([['x', 'y']]);
});

test('a worker that ends without a member lets the others go', async () => {
  const requests: (readonly unknown[])[] = [];
  const batches = createBatches();

  await batches.runWorkers([() => batches.send(stepOf('x', requests), NEVER), () => Promise.resolve()]);

  expect(requests).toEqual([['x']]);
});

test('members of different keys share no request, and a full request goes at once', async () => {
  const requests: (readonly unknown[])[] = [];
  const batches = createBatches();
  const send = (member: string, key: string) => () => batches.send(stepOf(member, requests, { key, maxMembers: 2 }), NEVER);

  await batches.runWorkers([send('a1', 'a'), send('b1', 'b'), send('a2', 'a'), send('a3', 'a')]);

  expect(requests).toEqual([['a1', 'a2'], ['b1'], ['a3']]);
});

test('a request that cannot be sent, or answers for too few, fails its members', async () => {
  const batches = createBatches();
  const broken = stepOf('x', [], { sendAll: () => Promise.reject(new Error('cut off')) });
  const short = stepOf('x', [], { sendAll: async () => [] });

  await expect(batches.runWorkers([() => batches.send(broken, NEVER)])).rejects.toThrow('cut off');
  await expect(batches.runWorkers([() => batches.send(short, NEVER)])).rejects.toThrow('no answer for member 1 of 1');
});
