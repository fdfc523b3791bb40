import pLimit from 'p-limit';
import { expect, test } from 'vitest';

import { createLimiter, type Limiter, type Pace } from '../../src/http/limiter.ts';
import { createTurn, SILENT_MS, TURN_MS } from '../../src/http/turn.ts';
import type { TurnStore } from '../../src/domain/turn.ts';
import { createAccountLimit } from '../../src/sandbox/simulator/account-limit.ts';
import { randomOf, SEED } from '../promises/random.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { memoryTurns } from './memory-turns.ts';

/** A carrier in virtual time that enforces its limits, and processes that use it. */
function world(limit: Pace, latencyMs: () => number) {
  const clock = createVirtualClock();
  const turns = memoryTurns();
  const account = createAccountLimit({ ...limit, perMinute: null }, clock.now);
  const counts = { answered: 0, violations: [] as string[], statements: 0, waits: 0 };
  const dead = new Set<number>();

  const call = async (): Promise<void> => {
    const exceeded = account.begin();
    await clock.sleep(latencyMs());
    if (exceeded !== null) return void counts.violations.push(exceeded.text);
    account.end();
    counts.answered += 1;
  };

  /** A process: nothing that it waits for comes back once it is dead. */
  const start = (pid: number, host = 'here'): { readonly limiter: Limiter; busy(): void; kill(): void; isBusy: boolean } => {
    const orNever = async <T>(work: Promise<T>): Promise<T> => {
      const done = await work;
      return dead.has(pid) ? new Promise<T>(() => undefined) : done;
    };
    const counted = <T>(work: Promise<T>): Promise<T> => {
      counts.statements += 1;
      return orNever(work);
    };
    const store: TurnStore = {
      take: (...given) => counted(turns.take(...given)),
      beat: (...given) => counted(turns.beat(...given)),
      pass: (...given) => counted(turns.pass(...given)),
    };
    const ownClock = { ...clock, sleep: (ms: number, signal?: AbortSignal) => orNever(clock.sleep(ms, signal)) };
    const holder = { id: `process ${pid}`, host, pid };
    const limiter = createLimiter(
      limit,
      pLimit(1000),
      ownClock,
      () => undefined,
      (calls) =>
        createTurn({
          ...calls,
          store,
          account: 'a',
          holder,
          clock: ownClock,
          isAlive: (other) => !dead.has(other),
          onWait: () => (counts.waits += 1),
        }),
    );
    const process_ = {
      limiter,
      isBusy: true,
      /** Calls as fast as it may. */
      busy: () => {
        const work = async (): Promise<void> => {
          while (process_.isBusy && !dead.has(pid)) await limiter.run(() => orNever(call()));
        };
        for (let worker = 0; worker < limit.concurrency * 3; worker += 1) void work();
      },
      kill: () => void dead.add(pid),
    };
    return process_;
  };
  return { clock, counts, start };
}

const SECONDS = 120;
/** A call that ended in one hundredth of a second and began in the one before may count in both. */
const CASES = Array.from({ length: 12 }, (_, index) => {
  const random = randomOf(SEED + index);
  const concurrency = random.pick([1, 1, 2, 4, 10]);
  const perSecond = random.pick([null, 1, 4, 5, 15, 40]);
  // Fast enough for the rate where there is one.
  const slowest = perSecond === null ? 300 : Math.min(1000, (600 * concurrency) / perSecond);
  return { random, concurrency, perSecond, processes: random.int(1, 4), slowest: Math.max(2, Math.floor(slowest)) };
});

test.each(CASES)(
  `P5: $processes processes share $concurrency at once and $perSecond a second, calls up to $slowest ms: never over, 90 % used (seed ${SEED})`,
  async ({ random, concurrency, perSecond, processes, slowest }) => {
    let latencies = 0;
    let calls = 0;
    const { clock, counts, start } = world({ concurrency, perSecond }, () => {
      const ms = random.int(Math.ceil(slowest / 2), slowest);
      latencies += ms;
      calls += 1;
      return ms;
    });

    for (let pid = 1; pid <= processes; pid += 1) start(pid).busy();
    await clock.pass(SECONDS * 1000);

    const allowed = SECONDS * (perSecond ?? (concurrency * 1000 * calls) / latencies);
    expect(counts.violations).toEqual([]);
    expect(counts.answered / allowed).toBeGreaterThanOrEqual(0.9);
    expect(counts.answered / allowed).toBeLessThanOrEqual(1.01);
  },
);

test('a process that is alone needs no more than a statement in two seconds, and none while it has nothing to do', async () => {
  const { clock, counts, start } = world({ concurrency: 2, perSecond: 100 }, () => 10);
  const alone = start(1);

  alone.busy();
  await clock.pass(60_000);
  const whileBusy = counts.statements;
  alone.isBusy = false;
  await clock.pass(60_000);

  expect(whileBusy).toBeLessThanOrEqual(32);
  expect(counts.statements - whileBusy).toBeLessThanOrEqual(4);
});

test.each([
  ['on this host, at once', 'here', 5000],
  ['on another host, when it is silent for long enough', 'there', SILENT_MS + 5000],
])('the turn of a killed process %s', async (_, host, withinMs) => {
  const { clock, counts, start } = world({ concurrency: 1, perSecond: 5 }, () => 100);
  const doomed = start(1, host);
  const other = start(2);

  doomed.busy();
  await clock.pass(TURN_MS / 2);
  other.busy();
  doomed.kill();
  await clock.pass(withinMs);
  const before = counts.answered;
  await clock.pass(20_000);

  expect(counts.violations).toEqual([]);
  expect(counts.answered - before).toBeGreaterThanOrEqual(0.9 * 100);
});

test('a process that does nothing does not keep the others from the account', async () => {
  const { clock, counts, start } = world({ concurrency: 1, perSecond: 4 }, () => 100);
  const first = start(1);
  await first.limiter.run(async () => undefined);

  start(2).busy();
  await clock.pass(TURN_MS);

  expect(counts.answered).toBeGreaterThanOrEqual(20);
  expect(counts.waits).toBe(1);
});

test('who is stopped while it waits for the turn goes with the reason', async () => {
  const { clock, start } = world({ concurrency: 1, perSecond: 4 }, () => 100);
  start(1).busy();
  await clock.pass(1000);
  const stop = new AbortController();

  const waiting = start(2).limiter.run(async () => 'ran', stop.signal);
  await clock.pass(1000);
  stop.abort(new Error('stopped'));

  await expect(waiting).rejects.toThrow('stopped');
});

test('after the end nothing is held: the next process begins at once', async () => {
  const { clock, counts, start } = world({ concurrency: 1, perSecond: 4 }, () => 100);
  const first = start(1);
  await first.limiter.run(async () => undefined);

  await first.limiter.close();
  start(2).busy();
  await clock.pass(2000);

  expect(counts.waits).toBe(0);
  expect(counts.answered).toBeGreaterThanOrEqual(6);
});
