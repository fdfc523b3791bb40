import pLimit, { type LimitFunction } from 'p-limit';

import type { Clock } from '../domain/clock.ts';
import { createSlowing } from './slowing.ts';
import { ALWAYS, type Turn, type TurnOptions } from './turn.ts';

/** How fast one account of a carrier may be called. */
export interface Pace {
  readonly concurrency: number;
  /** Calls per second; null when the carrier has no limit of its own. */
  readonly perSecond: number | null;
}

/** Starts the calls of one account: never more at once, and never more in any second, than its pace. */
export interface Limiter {
  /** Runs `task` when a slot and a rate token are free. The slot is held during the task only. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Too many calls: lets nobody on this account start before `ms` have passed, and everybody more slowly for a while. */
  pause(ms: number, reason: string): void;
  /** Lets other processes use the account; resolves when its calls are over. */
  close(): Promise<void>;
}

/** The window of `perSecond`, stretched: calls that leave in one second may arrive closer together. Costs 4 % of the rate. */
const WINDOW_MS = 1040;

const SECOND_MS = 1000;

/** Fast accounts catch up with what was missed in so long: a process that commits may not call for some calls' time. */
const CATCH_UP_MS = 100;

/** The clock's step: waiting for less would hold fast accounts to two calls a tick. */
const TICK_MS = 1;

/** What a turn of the account has to know of its calls. */
export type TurnOf = (calls: Pick<TurnOptions, 'recent' | 'startAfter'>) => Turn;

/** A limiter for one account inside the process-wide limit `everyone` (MAX_PARALLEL_REQUESTS). `turnOf` shares it with other processes. */
export function createLimiter(
  pace: Pace,
  everyone: LimitFunction,
  clock: Clock,
  onPause: (waitMs: number, reason: string) => void,
  turnOf: TurnOf = () => ALWAYS,
): Limiter {
  const slots = pLimit(pace.concurrency);
  const gate = createGate(pace.perSecond, clock);
  const turn = turnOf(gate);
  const start = async <T>(task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    for (;;) {
      signal?.throwIfAborted();
      const waitMs = gate.waitMs();
      if (waitMs > 0) {
        await clock.sleep(waitMs, signal);
        continue;
      }
      // The token is taken inside the process-wide slot: a call that had to queue there would start late and bunch up with the next.
      const ran = await everyone(async () => (gate.take() ? { value: await task() } : null));
      if (ran !== null) return ran.value;
    }
  };
  return {
    pause: (ms, reason) => {
      if (gate.pause(ms)) onPause(ms, reason);
    },
    run: (task, signal) =>
      slots(async () => {
        const leave = await turn.enter(signal);
        try {
          return await start(task, signal);
        } finally {
          leave();
        }
      }),
    close: () => turn.close(),
  };
}

interface Gate extends Pick<TurnOptions, 'recent' | 'startAfter'> {
  waitMs(): number;
  take(): boolean;
  /** Whether the pause is longer than one already in force. */
  pause(ms: number): boolean;
}

/**
 * A start is allowed when fewer than `perSecond` starts lie in the window before it (exact), and when it keeps its
 * distance to the last ones (smooth). Two may follow at once, and not more on slow accounts: Control Center forbids longer bursts.
 */
function createGate(perSecond: number | null, clock: Clock): Gate {
  let starts: number[] = [];
  let trimAt = 64;
  const slowing = createSlowing(perSecond, clock);
  const inWindow = perSecond === null ? Infinity : Math.max(1, Math.floor(perSecond));
  const windowMs = perSecond === null || perSecond >= 1 ? WINDOW_MS : WINDOW_MS / perSecond;
  let due = 0;
  let pausedUntil = 0;
  const spacingMs = (): number => WINDOW_MS / (slowing.perSecond() ?? Infinity);
  const openAt = (): number => {
    const oldest = starts[starts.length - inWindow];
    return Math.max(pausedUntil, due - Math.max(spacingMs(), CATCH_UP_MS), oldest === undefined ? 0 : oldest + windowMs);
  };
  const startsSince = (at: number): readonly number[] => starts.filter((start) => start > at);
  return {
    waitMs: () => {
      const ms = openAt() - clock.now();
      return ms < TICK_MS ? 0 : Math.ceil(ms);
    },
    take: () => {
      const now = clock.now();
      if (openAt() - now >= TICK_MS) return false;
      due = Math.max(due, now) + spacingMs();
      starts.push(now);
      if (starts.length >= trimAt) {
        starts = [...startsSince(now - windowMs)];
        trimAt = Math.max(64, starts.length * 2);
      }
      return true;
    },
    pause: (ms) => {
      const now = clock.now();
      const until = now + ms;
      if (until <= pausedUntil) return false;
      // Calls that were under way together are refused together: they slow the account once.
      if (now >= pausedUntil) slowing.slow(startsSince(now - SECOND_MS).length);
      pausedUntil = until;
      return true;
    },
    recent: () => startsSince(clock.now() - windowMs).map((start) => clock.now() - start),
    startAfter: (recent) => {
      const now = clock.now();
      if (recent === null) pausedUntil = Math.max(pausedUntil, now + windowMs);
      // How long passing it on took is not known: they count as if that had been no time.
      else starts = recent.map((age) => now - age);
    },
  };
}
