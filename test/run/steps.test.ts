import { describe, expect, test } from 'vitest';

import type { Asked, Seen, Sent, Step } from '../../src/domain/step.ts';
import { createBatches } from '../../src/run/batches.ts';
import type { JournalEntry } from '../../src/run/journal.ts';
import { runDevice, type RowVerdict } from '../../src/run/run-device.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { createFakeClock } from '../fake-clock.ts';

const LOST: Sent<string> = {
  kind: 'lost',
  response: '',
  error: { code: 'NO_ANSWER', class: 'transient', retryable: true, http: null, message: 'Test: no answer within 1 s', hint: null },
};
const DONE: Sent<string> = { kind: 'done', value: 'v', response: 'yes' };
const HAPPENED: Seen<string> = { kind: 'happened', value: 'seen', response: 'seen it' };
const REFUSED: Sent<string> = {
  kind: 'refused',
  response: 'no',
  error: { code: 'X', class: 'carrier', retryable: false, http: 400, message: 'no', hint: null },
};
const ACCEPTED: JournalEntry = {
  rowId: '1',
  attempt: 1,
  n: 1,
  step: 'do it',
  at: 0,
  data: { kind: 'answer', ended: 'accepted', handle: 'request 1', response: '' },
};
const applied = (value: string): Outcome => ({ status: 'APPLIED', message: value, error: null, after: null, effects: [], audit: [] });

interface Script {
  readonly sends: Sent<string>[];
  readonly seen: Seen<string>[];
  readonly idempotent?: boolean;
  /** Names of the requests, in order; without them nobody names any. */
  readonly handles?: string[];
  /** The handles that read-backs asked for. */
  readonly asked?: string[];
  /** What read-backs were told of the request. */
  readonly told?: Asked[];
  readonly signal?: AbortSignal;
  readonly onlySettle?: boolean;
}

/** Runs one row with one step whose answers are scripted; `disk` is the journal, kept between runs. */
async function run(
  disk: JournalEntry[],
  script: Script,
  { attempt = 1, startMs = 1_000_000 } = {},
): Promise<{ verdict: RowVerdict; sent: number; intentsOnDisk: number[] }> {
  const clock = createFakeClock(startMs);
  let sent = 0;
  const intentsOnDisk: number[] = [];
  const step: Step<string> = {
    audit: 'Test: API.',
    request: script.handles === undefined ? 'POST /thing' : (handle) => `POST /thing?id=${handle}`,
    ...(script.handles === undefined ? {} : { newHandle: () => script.handles?.shift() ?? '' }),
    idempotent: script.idempotent ?? false,
    send: async () => {
      sent += 1;
      intentsOnDisk.push(disk.filter(({ data }) => data.kind === 'intent').length);
      return script.sends.shift() ?? DONE;
    },
    readBack: async (_signal, handle, asked) => {
      script.asked?.push(handle);
      script.told?.push(asked);
      script.signal?.throwIfAborted();
      return script.seen.shift() ?? { kind: 'absent' };
    },
  };
  const verdict = await runDevice(async (steps) => applied(await steps.step('do it', step)), {
    rowId: '1',
    attempt,
    past: [...disk],
    audited: 0,
    journal: {
      add: async (entry) => {
        disk.push(entry);
      },
      flush: async () => undefined,
    },
    batches: createBatches(),
    clock,
    settleMs: 30_000,
    callProcedure: async () => {
      throw new Error('no procedure here');
    },
    tell: () => undefined,
    signal: script.signal ?? new AbortController().signal,
    onlySettle: script.onlySettle ?? false,
  });
  return { verdict, sent, intentsOnDisk };
}

test('the intent is on disk before the step is sent, the answer after', async () => {
  const disk: JournalEntry[] = [];

  const { verdict, intentsOnDisk } = await run(disk, { sends: [DONE], seen: [] });

  expect(intentsOnDisk).toEqual([1]);
  expect(disk.map(({ data }) => data.kind)).toEqual(['intent', 'answer']);
  expect(verdict).toMatchObject({
    status: 'APPLIED',
    audit: [{ description: 'Test: API.', request: 'POST /thing', response: 'yes', hasErrors: false }],
  });
});

test('a finished step is not sent again after a crash', async () => {
  const disk: JournalEntry[] = [];
  await run(disk, { sends: [DONE], seen: [] });

  const again = await run(disk, { sends: [], seen: [] });

  expect(again.sent).toBe(0);
  expect(again.verdict).toMatchObject({ status: 'APPLIED', message: 'v' });
});

test('P1: a step in doubt after a crash is read back, not sent, when it happened', async () => {
  const disk: JournalEntry[] = [{ rowId: '1', attempt: 1, n: 1, step: 'do it', at: 0, data: { kind: 'intent', request: 'POST /thing' } }];

  const { verdict, sent } = await run(disk, { sends: [], seen: [HAPPENED] });

  expect(sent).toBe(0);
  expect(verdict).toMatchObject({ status: 'APPLIED', message: 'seen', audit: [{ response: 'seen it' }] });
});

test('P1: a step in doubt after a crash gets its whole settle time: when it was sent, or given up, nobody knows', async () => {
  const disk: JournalEntry[] = [{ rowId: '1', attempt: 1, n: 1, step: 'do it', at: 0, data: { kind: 'intent', request: 'POST /thing' } }];

  const { verdict, sent } = await run(disk, { sends: [], seen: [{ kind: 'absent' }, { kind: 'absent' }, HAPPENED] });

  expect(sent).toBe(0);
  expect(verdict).toMatchObject({ status: 'APPLIED', message: 'seen' });
});

test('a lost answer is on disk: a later run need not wait for what had settled before', async () => {
  const disk: JournalEntry[] = [];
  await run(disk, { sends: [LOST, LOST], seen: [] });
  const seen: Seen<string>[] = [{ kind: 'absent' }, HAPPENED];

  const { verdict, sent } = await run(disk, { sends: [DONE], seen }, { startMs: 2_000_000 });

  expect([sent, verdict.status]).toEqual([1, 'APPLIED']);
  expect(seen).toEqual([HAPPENED]);
});

test('a lost answer is read back until the settle time is over, then sent once more', async () => {
  const { verdict, sent } = await run([], { sends: [LOST, DONE], seen: [] });

  expect(sent).toBe(2);
  expect(verdict.status).toBe('APPLIED');
});

test('an effect that comes late is adopted, not doubled', async () => {
  const { verdict, sent } = await run([], { sends: [LOST], seen: [{ kind: 'absent' }, { kind: 'absent' }, HAPPENED] });

  expect(sent).toBe(1);
  expect(verdict).toMatchObject({ status: 'APPLIED', message: 'seen' });
});

test('two lost answers leave the row UNKNOWN, and the next run reads it back first', async () => {
  const disk: JournalEntry[] = [];
  const first = await run(disk, { sends: [LOST, LOST], seen: [] });

  const second = await run(disk, { sends: [], seen: [HAPPENED] });

  expect(first.verdict).toMatchObject({ status: 'UNKNOWN', error: { code: 'NO_ANSWER' } });
  expect(second.sent).toBe(0);
  expect(second.verdict.status).toBe('APPLIED');
});

test('a repeatable step that stays undone has failed, but not before it could have come', async () => {
  const { verdict, sent } = await run([], { sends: [LOST, LOST], seen: [], idempotent: true });
  const late = await run([], { sends: [LOST], seen: [{ kind: 'absent' }, { kind: 'absent' }, HAPPENED], idempotent: true });

  expect([sent, late.sent, late.verdict.status]).toEqual([2, 1, 'APPLIED']);
  expect(verdict).toMatchObject({ status: 'FAILED', audit: [{ hasErrors: true }] });
});

test('a read-back that fails says nothing: UNKNOWN, and nothing is sent again', async () => {
  const unclear: Seen<string> = {
    kind: 'unclear',
    error: { code: 'HTTP_503', class: 'transient', retryable: true, http: 503, message: 'down', hint: null },
  };
  const { verdict, sent } = await run([], { sends: [LOST], seen: Array.from({ length: 50 }, () => unclear) });

  expect(sent).toBe(1);
  expect(verdict.status).toBe('UNKNOWN');
});

test('what was accepted is audited with both answers: the one that took it, and the one that shows its end', async () => {
  const taken: Sent<string> = { kind: 'accepted', handle: 'request 1', response: '{"requestId":1}' };
  const disk: JournalEntry[] = [];
  const first = await run(disk, { sends: [taken], seen: [] });

  const second = await run(disk, { sends: [], seen: [HAPPENED] });

  expect(first.verdict).toMatchObject({ status: 'ACCEPTED', message: 'accepted by the carrier (request 1)', audit: [] });
  expect(second.verdict).toMatchObject({ status: 'APPLIED', audit: [{ response: '{"requestId":1}\nseen it' }] });
});

test('credentials refused in a read-back stop the provider at once, and the row stays in doubt', async () => {
  const refused: Seen<string> = {
    kind: 'unclear',
    error: { code: 'HTTP_401', class: 'auth', retryable: false, http: 401, message: 'Test: authentication failed', hint: null },
  };
  const seen = [refused, HAPPENED];

  const lost = await run([], { sends: [LOST], seen });
  const accepted = await run([ACCEPTED], { sends: [], seen: [refused] });

  expect(lost.verdict).toMatchObject({ status: 'UNKNOWN', stop: { class: 'auth' } });
  expect(seen).toEqual([HAPPENED]);
  expect(accepted.verdict).toMatchObject({ status: 'ACCEPTED', stop: { class: 'auth' } });
});

test('refused credentials stop the provider and leave the row for resume', async () => {
  const refused: Sent<string> = {
    kind: 'stop',
    response: '401',
    error: { code: 'HTTP_401', class: 'auth', retryable: false, http: 401, message: 'Test: authentication failed', hint: null },
  };
  const disk: JournalEntry[] = [];

  const first = await run(disk, { sends: [refused], seen: [] });
  const second = await run(disk, { sends: [DONE], seen: [] });

  expect(first.verdict).toMatchObject({ status: 'NOT_STARTED', stop: { class: 'auth' } });
  expect(second).toMatchObject({ sent: 1, verdict: { status: 'APPLIED' } });
});

test('a retry sends a refused step again, as a new attempt', async () => {
  const disk: JournalEntry[] = [];
  const first = await run(disk, { sends: [REFUSED], seen: [] });

  const second = await run(disk, { sends: [DONE], seen: [] }, { attempt: 2 });

  expect(first.verdict.status).toBe('FAILED');
  expect(second).toMatchObject({ sent: 1, verdict: { status: 'APPLIED' } });
});

test('a named request is on disk by its name before it is sent, and is asked for by it after a crash', async () => {
  const disk: JournalEntry[] = [];
  await run(disk, { sends: [LOST], seen: [HAPPENED], handles: ['a1'] });
  const crashed = disk.slice(0, 1);
  const asked: string[] = [];

  const { verdict, sent } = await run(crashed, { sends: [], seen: [HAPPENED], handles: ['a2'], asked });

  expect(disk[0]?.data).toEqual({ kind: 'intent', request: 'POST /thing?id=a1', handle: 'a1' });
  expect([sent, asked]).toEqual([0, ['a1']]);
  expect(verdict).toMatchObject({ status: 'APPLIED', audit: [{ request: 'POST /thing?id=a1' }] });
});

test('a request that did not arrive is sent again by a new name', async () => {
  const disk: JournalEntry[] = [];
  const asked: string[] = [];

  const { sent } = await run(disk, { sends: [LOST, LOST], seen: [], handles: ['a1', 'a2'], asked });

  expect(sent).toBe(2);
  expect([...new Set(asked)]).toEqual(['a1', 'a2']);
  expect(disk.flatMap(({ data }) => (data.kind === 'intent' ? [data.handle] : []))).toEqual(['a1', 'a2']);
});

test('a lost change that turns out to be under way is ACCEPTED, and looked at again by its name', async () => {
  const disk: JournalEntry[] = [];
  const asked: string[] = [];
  const first = await run(disk, { sends: [LOST], seen: [{ kind: 'pending' }], handles: ['a1'] });

  const second = await run(disk, { sends: [], seen: [HAPPENED], handles: ['a2'], asked });

  expect(first.verdict).toMatchObject({ status: 'ACCEPTED', isAtCarrier: true });
  expect([second.sent, second.verdict.status, asked]).toEqual([0, 'APPLIED', ['a1']]);
});

test('a read-back is told whether the request was taken, and how long ago it was begun, also after a stop', async () => {
  const [lost, taken]: [Asked[], Asked[]] = [[], []];
  const disk: JournalEntry[] = [];

  await run(disk, { sends: [LOST, { kind: 'accepted', handle: 'r', response: '' }], seen: [], told: lost });
  const begunAt = disk.findLast(({ data }) => data.kind === 'intent')?.at ?? Number.NaN;
  await run(disk, { sends: [], seen: [{ kind: 'pending' }], told: taken }, { startMs: begunAt + 60_000 });

  expect(lost.map(({ isTaken }) => isTaken)).toEqual(lost.map(() => false));
  expect([lost[0]?.ageMs, lost.at(-1)?.ageMs]).toEqual([0, 30_000]);
  expect(taken).toEqual([{ isTaken: true, ageMs: 60_000 }]);
});

test('a second Ctrl-C while an accepted change is looked at leaves it ACCEPTED', async () => {
  const { verdict } = await run([ACCEPTED], { sends: [], seen: [], signal: AbortSignal.abort() });

  expect(verdict).toMatchObject({ status: 'ACCEPTED', isAtCarrier: true });
});

test('credentials that are refused after an accepted step stop the provider, and the row stays ACCEPTED', async () => {
  const refused = { code: 'AUTH', class: 'auth', retryable: false, http: 401, message: 'no', hint: null } as const;
  const done = { kind: 'answer', ended: 'done', value: 'v', lasting: false, audit: 'Test: API.', request: '', response: '' } as const;
  const disk: JournalEntry[] = [
    { ...ACCEPTED, step: 'another' },
    { ...ACCEPTED, n: 2, step: 'another', data: done },
  ];

  const { verdict } = await run(disk, { sends: [{ kind: 'stop', error: refused, response: '' }], seen: [] });

  expect([verdict.status, verdict.stop, verdict.isAtCarrier]).toEqual(['ACCEPTED', refused, false]);
});

describe('where nothing may be sent', () => {
  const settling = { sends: [DONE], onlySettle: true } as const;
  const INTENT: JournalEntry = { ...ACCEPTED, data: { kind: 'intent', request: 'POST /thing' } };
  const OTHER: JournalEntry = {
    ...ACCEPTED,
    n: 2,
    step: 'something before it',
    data: { kind: 'answer', ended: 'done', value: 'v', lasting: false, audit: 'Test: API.', request: 'POST /other', response: 'yes' },
  };

  test.each([
    ['that was found to have happened is done', [INTENT], [HAPPENED], 'APPLIED'],
    ['that did not happen leaves the row NOT_STARTED', [INTENT], [], 'NOT_STARTED'],
    ['that was never begun leaves the row NOT_STARTED', [], [], 'NOT_STARTED'],
    ['that did not happen, after one that did, leaves the row UNKNOWN', [INTENT, OTHER], [], 'UNKNOWN'],
    ['that was accepted and is done is done', [ACCEPTED], [HAPPENED], 'APPLIED'],
    ['that was accepted and is under way stays ACCEPTED', [ACCEPTED], [{ kind: 'pending' }], 'ACCEPTED'],
    ['that follows an accepted one leaves the row ACCEPTED', [{ ...ACCEPTED, step: 'another' }], [], 'ACCEPTED'],
  ] as const)('a step %s', async (_what, past, seen, status) => {
    const disk: JournalEntry[] = [...past];

    const { verdict, sent } = await run(disk, { ...settling, sends: [...settling.sends], seen: [...seen] });

    expect([verdict.status, verdict.stop, sent]).toEqual([status, null, 0]);
    expect(disk.slice(past.length).filter(({ data }) => data.kind === 'intent')).toEqual([]);
  });

  test('what was found not to have happened is on disk: the next run sends it without waiting', async () => {
    const disk: JournalEntry[] = [INTENT];

    await run(disk, { ...settling, sends: [], seen: [] });
    const resumed = await run(disk, { sends: [DONE], seen: [] });

    expect(disk[1]?.data).toEqual({ kind: 'answer', ended: 'absent' });
    expect([resumed.verdict.status, resumed.sent]).toEqual(['APPLIED', 1]);
  });
});
