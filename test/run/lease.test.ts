import { expect, test } from 'vitest';

import type { Clock } from '../../src/domain/clock.ts';
import { holdLeases, LEASE_MS, takeLeases, type Leasing } from '../../src/run/lease.ts';
import type { Lease, LeaseHolder } from '../../src/run/run-store.ts';
import { createFakeClock } from '../fake-clock.ts';

const MINE: LeaseHolder = { runId: 'run', host: 'here', pid: 10 };
const ALIVE = 20;
const DEAD = 30;

/** Leases in memory, and what the taker warned about. */
function world(held: Readonly<Record<string, Lease>> = {}, clock: Clock & { pass(ms: number): void } = createFakeClock()) {
  const leases = new Map(Object.entries(held));
  const warnings: string[] = [];
  const done = new AbortController();
  let beats = 0;
  const store = {
    readLease: (id: string) => {
      const found = leases.get(id);
      return Promise.resolve(found === undefined ? null : { ...found, silentMs: clock.now() - found.heartbeatAt });
    },
    takeLease: (id: string, holder: LeaseHolder, over: Lease | null) => {
      if (leases.get(id)?.heartbeatAt !== over?.heartbeatAt) return Promise.resolve(false);
      leases.set(id, { ...holder, heartbeatAt: clock.now(), silentMs: 0 });
      return Promise.resolve(true);
    },
    beatLeases: ({ pid }: LeaseHolder) => {
      beats += 1;
      const mine = [...leases].filter(([, lease]) => lease.pid === pid);
      for (const [id, lease] of mine) leases.set(id, { ...lease, heartbeatAt: clock.now(), silentMs: 0 });
      return Promise.resolve(mine.length);
    },
  };
  const leasing: Leasing = {
    // Only what leases need of it.
    store: store as unknown as Leasing['store'],
    holder: MINE,
    clock,
    isAlive: (pid) => pid === ALIVE,
    warn: (message) => warnings.push(message),
    signal: done.signal,
  };
  return { leases, clock, warnings, leasing, done, beats: () => beats };
}

const START = createFakeClock().now();
const lease = (host: string, pid: number, heartbeatAt = START): Lease => ({ runId: 'other-run', host, pid, heartbeatAt, silentMs: 0 });

test('a dead holder on this host is taken over at once', async () => {
  const { leasing, leases, clock, warnings } = world({ 7: lease('here', DEAD) });

  await takeLeases(['7'], leasing);

  expect([leases.get('7')?.pid, clock.now() - START, warnings]).toEqual([MINE.pid, 0, []]);
});

test('a holder elsewhere that is silent is taken over after its time, which is said', async () => {
  const { leasing, leases, clock, warnings } = world({ 7: lease('there', DEAD) });

  await takeLeases(['7'], leasing);

  expect(leases.get('7')?.pid).toBe(MINE.pid);
  expect(clock.now() - START).toBeGreaterThan(LEASE_MS);
  expect(clock.now() - START).toBeLessThan(LEASE_MS + 2000);
  expect(warnings).toEqual(['Bulk change 7 is held by a run on there; waiting for up to 30 s for a sign of life']);
});

test('a live holder on this host is named, and nothing is taken', async () => {
  const { leasing, leases } = world({ 7: lease('here', ALIVE) });

  await expect(takeLeases(['7'], leasing)).rejects.toMatchObject({
    kind: 'locked',
    code: 'BULK_CHANGE_LOCKED',
    message: 'Run other-run (process 20 on here) is at work on bulk change 7. Wait until it is done',
  });
  expect(leases.get('7')?.pid).toBe(ALIVE);
});

test('a holder elsewhere that gives a sign of life is named', async () => {
  const clock = createFakeClock();
  const { leasing, leases } = world({ 7: lease('there', ALIVE) }, clock);
  const beatsOnce = { ...leasing.store, readLease: leasing.store.readLease };
  let looks = 0;
  beatsOnce.readLease = (id) => {
    looks += 1;
    if (looks === 10) leases.set('7', lease('there', ALIVE, clock.now()));
    return leasing.store.readLease(id);
  };

  await expect(takeLeases(['7'], { ...leasing, store: beatsOnce })).rejects.toMatchObject({ code: 'BULK_CHANGE_LOCKED' });
  expect(clock.now() - START).toBeLessThan(LEASE_MS);
});

test('of two takers of a dead lease one gets it', async () => {
  const { leasing, leases } = world({ 7: lease('here', DEAD) });
  const second = { ...leasing, holder: { ...MINE, pid: ALIVE } };

  const ended = await Promise.allSettled([takeLeases(['7'], leasing), takeLeases(['7'], { ...second, isAlive: () => true })]);

  expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(leases.size).toBe(1);
});

/** Never ends by itself: what is proven here must not hang on a heartbeat. */
const noHeartbeat = (clock: ReturnType<typeof createFakeClock>): ReturnType<typeof createFakeClock> => ({
  ...clock,
  sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true })),
});

test('what is held is proven once, not before every write', async () => {
  const { leasing, beats, done } = world({ 7: { ...MINE, heartbeatAt: START, silentMs: 0 } }, noHeartbeat(createFakeClock()));
  const { pass, keeping } = holdLeases(1, leasing, () => undefined);

  for (let write = 0; write < 100; write += 1) await pass();

  expect(beats()).toBe(1);
  done.abort();
  await keeping;
});

test('who was suspended until another took over writes nothing more, from the first moment on', async () => {
  const { leasing, leases, clock, done } = world({ 7: { ...MINE, heartbeatAt: START, silentMs: 0 } }, noHeartbeat(createFakeClock()));
  const lost: unknown[] = [];
  const { pass, keeping } = holdLeases(1, leasing, (error) => lost.push(error));
  await pass();

  clock.pass(LEASE_MS + 1);
  leases.set('7', lease('there', ALIVE, clock.now()));
  const passes = await Promise.allSettled([pass(), pass(), pass()]);

  expect(passes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(pass()).rejects.toMatchObject({ kind: 'locked', code: 'LEASE_LOST' });
  expect([lost.length, leases.get('7')?.pid]).toEqual([1, ALIVE]);
  done.abort();
  await keeping;
});

test('who was suspended and still holds it goes on', async () => {
  const { leasing, clock, beats, done } = world({ 7: { ...MINE, heartbeatAt: START, silentMs: 0 } }, noHeartbeat(createFakeClock()));
  const { pass, keeping } = holdLeases(1, leasing, () => undefined);
  await pass();
  clock.pass(10 * LEASE_MS);

  await pass();

  expect(beats()).toBe(2);
  done.abort();
  await keeping;
});
