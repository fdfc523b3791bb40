import { expect, test } from 'vitest';

import type { BatchedStep, Sent } from '../../src/domain/step.ts';
import { createBatches } from '../../src/run/batches.ts';
import { createFakeClock } from '../fake-clock.ts';

const NEVER = new AbortController().signal;
const DONE: Sent<string> = { kind: 'done', value: 'v', response: 'yes' };

/** Members that are sent together; `told` is what happened, in order. */
function membersOf(maxMembers: number, signal = NEVER) {
  const told: string[] = [];
  const batches = createBatches(50, createFakeClock());
  let named = 0;
  const stepOf = (member: string): BatchedStep<string, string> => ({
    audit: 'Test: API.',
    request: 'POST /things',
    key: 'all',
    member,
    maxMembers,
    newHandle: () => {
      named += 1;
      return `request ${named}`;
    },
    sendAll: async (members, _signal, handle) => {
      told.push(`${handle}: ${members.join(' ')}`);
      return members.map(() => DONE);
    },
    readBack: async () => ({ kind: 'absent' }),
  });
  const send = (member: string, intend = async (handle: string): Promise<void> => void told.push(`${member} intends ${handle}`)) =>
    batches.send(stepOf(member), intend, signal);
  return { told, send };
}

test('the intents of all members, with the name of their request, are on disk before it goes out', async () => {
  const { told, send } = membersOf(10);

  await Promise.all([send('a'), send('b')]);

  expect(told).toEqual(['a intends request 1', 'b intends request 1', 'request 1: a b']);
});

test('a full request goes out, the next members share another of another name', async () => {
  const { told, send } = membersOf(2);

  await Promise.all([send('a'), send('b'), send('c')]);

  expect(told.filter((text) => !text.includes('intends'))).toEqual(['request 1: a b', 'request 2: c']);
});

test('a request of one member waits for nobody', async () => {
  const { told, send } = membersOf(1);

  await Promise.all([send('a'), send('b')]);

  expect(told.filter((text) => !text.includes('intends'))).toEqual(['request 1: a', 'request 2: b']);
});

test('nothing goes out when an intent cannot be written', async () => {
  const { told, send } = membersOf(2);

  const sent = await Promise.allSettled([send('a'), send('b', () => Promise.reject(new Error('disk full')))]);

  expect(sent.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(told).toEqual(['a intends request 1']);
});

test('members that still wait for company when the run is let go have sent nothing, and intend nothing', async () => {
  const { told, send } = membersOf(2, AbortSignal.abort());

  await expect(send('a')).rejects.toMatchObject({ name: 'AbortError' });

  expect(told).toEqual([]);
});
