import { expect, test } from 'vitest';

import type { RowError } from '../../src/domain/result.ts';
import type { BatchedStep, Sent } from '../../src/domain/step.ts';
import { createBatches } from '../../src/run/batches.ts';

const NEVER = new AbortController().signal;

/** Members that are sent together; `told` is what happened, in order, `requests` who shared one. */
function membersOf(maxMembers: number, { signal = NEVER, ...more }: Partial<BatchedStep<string, string>> & { signal?: AbortSignal } = {}) {
  const told: string[] = [];
  const requests: (readonly string[])[] = [];
  const batches = createBatches();
  const stepOf = (member: string, key: string): BatchedStep<string, string> => ({
    audit: 'Test: API.',
    request: 'POST /things',
    key,
    member,
    maxMembers,
    newHandle: () => `request ${requests.length + 1}`,
    sendAll: async (members, _signal, handle) => {
      requests.push(members);
      told.push(`${handle}: ${members.join(' ')}`);
      return members.map((value) => ({ kind: 'done', value, response: 'yes' }));
    },
    readBack: async () => ({ kind: 'absent' }),
    ...more,
  });
  const intendOf = (member: string) => async (handle: string, members: number) =>
    void told.push(`${member} intends ${handle}, one of ${members}`);
  const send = (member: string, key = 'all', intend = intendOf(member)) => batches.send(stepOf(member, key), intend, signal);
  return { told, requests, send, runWorkers: (workers: readonly (() => Promise<unknown>)[]) => batches.runWorkers(workers) };
}

/** Takes what has no bad member; refuses the rest whole. */
function refusing(bad: readonly string[], requests: (readonly string[])[]): Pick<BatchedStep<string, string>, 'sendAll' | 'isForSome'> {
  const error: RowError = { code: 'BAD_MEMBER', class: 'carrier', retryable: false, http: 400, message: 'bad', hint: null };
  return {
    sendAll: async (members) => {
      requests.push(members);
      const refused: Sent<string> = { kind: 'refused', error, response: 'bad' };
      return members.map((value) => (members.some((each) => bad.includes(each)) ? refused : { kind: 'done', value, response: 'yes' }));
    },
    isForSome: ({ code }) => code === 'BAD_MEMBER',
  };
}

test('a request waits for every worker that may still bring a member, and no longer', async () => {
  const { requests, send, runWorkers } = membersOf(10);
  const late = Promise.withResolvers<string>();

  const sent = runWorkers([() => send('x'), async () => send(await late.promise)]);
  const before = requests.length;
  late.resolve('y');

  expect(await sent).toMatchObject([{ value: 'x' }, { value: 'y' }]);
  expect(before).toBe(0);
  expect(requests).toEqual([['x', 'y']]);
});

test('a worker that ends without a member lets the others go', async () => {
  const { requests, send, runWorkers } = membersOf(10);

  await runWorkers([() => send('x'), () => Promise.resolve()]);

  expect(requests).toEqual([['x']]);
});

test('members of different keys share no request, and a full request goes at once', async () => {
  const { requests, send, runWorkers } = membersOf(2);

  await runWorkers([() => send('a1', 'a'), () => send('b1', 'b'), () => send('a2', 'a'), () => send('a3', 'a')]);

  expect(requests).toEqual([['a1', 'a2'], ['b1'], ['a3']]);
});

test('a request of one member waits for nobody', async () => {
  const { requests, send, runWorkers } = membersOf(1);
  const late = Promise.withResolvers<undefined>();

  await runWorkers([() => send('x').finally(() => late.resolve(undefined)), () => late.promise]);

  expect(requests).toEqual([['x']]);
});

test('the intents of all members, with the name of their request, are on disk before it goes out', async () => {
  const { told, send, runWorkers } = membersOf(10);

  await runWorkers([() => send('a'), () => send('b')]);

  expect(told).toEqual(['a intends request 1, one of 2', 'b intends request 1, one of 2', 'request 1: a b']);
});

test('nothing goes out when an intent cannot be written', async () => {
  const { requests, send, runWorkers } = membersOf(2);
  const settled = (sending: Promise<unknown>) => Promise.allSettled([sending]);

  const sent = await runWorkers([() => settled(send('a')), () => settled(send('b', 'all', () => Promise.reject(new Error('disk full'))))]);

  expect(sent).toMatchObject([[{ reason: { message: 'disk full' } }], [{ reason: { message: 'disk full' } }]]);
  expect(requests).toEqual([]);
});

test('members that still wait for company when the run is let go have sent nothing, and intend nothing', async () => {
  const { told, send } = membersOf(2, { signal: AbortSignal.abort() });

  await expect(send('a')).rejects.toMatchObject({ name: 'AbortError' });

  expect(told).toEqual([]);
});

test('a request that is refused for some is halved until those are alone; each part has intents and a name of its own', async () => {
  const requests: (readonly string[])[] = [];
  let named = 0;
  const newHandle = (): string => `request ${(named += 1)}`;
  const { told, send, runWorkers } = membersOf(10, { ...refusing(['b'], requests), newHandle });

  const sent = await runWorkers(['a', 'b', 'c', 'd', 'e'].map((member) => () => send(member)));

  expect(sent).toMatchObject([{ kind: 'done' }, { kind: 'refused' }, { kind: 'done' }, { kind: 'done' }, { kind: 'done' }]);
  expect(requests.map((members) => members.join('')).toSorted()).toEqual(['a', 'ab', 'abc', 'abcde', 'b', 'c', 'de']);
  expect(told.filter((text) => text.startsWith('e '))).toEqual(['e intends request 1, one of 5', 'e intends request 3, one of 2']);
});

test('a request that is refused for another reason is refused for all at once', async () => {
  const requests: (readonly string[])[] = [];
  const { send, runWorkers } = membersOf(10, { ...refusing(['b'], requests), isForSome: () => false });

  const sent = await runWorkers([() => send('a'), () => send('b')]);

  expect(sent).toMatchObject([{ kind: 'refused' }, { kind: 'refused' }]);
  expect(requests).toHaveLength(1);
});

test('a request that cannot be sent, or answers for too few, fails its members', async () => {
  const broken = membersOf(10, { sendAll: () => Promise.reject(new Error('cut off')) });
  const short = membersOf(10, { sendAll: async () => [] });

  await expect(broken.runWorkers([() => broken.send('x')])).rejects.toThrow('cut off');
  await expect(short.runWorkers([() => short.send('x')])).rejects.toThrow('no answer for member 1 of 1');
});
