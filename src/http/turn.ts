import type { Clock } from '../domain/clock.ts';
import type { HeldTurn, TurnHolder, TurnStore } from '../domain/turn.ts';
import { unlessAborted } from './unless-aborted.ts';

/** This process's part in the turns of an account. */
export interface Turn {
  /** Resolves when the account may be called, to what must be called when that call is over. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Ends the turn once its calls are over. Nothing may be begun afterwards. */
  close(): Promise<void>;
}

/** For those who cannot write down that it is their turn: dry runs and doctor. */
export const ALWAYS: Turn = { enter: () => Promise.resolve(() => undefined), close: () => Promise.resolve() };

export interface TurnOptions {
  readonly store: TurnStore;
  readonly account: string;
  readonly holder: TurnHolder;
  readonly clock: Clock;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
  /** Told once that another process has the account. */
  readonly onWait: (holder: TurnHolder) => void;
  /** Calls of the last second, for the next holder, and those of the one before; null: as many as are allowed, just now. */
  readonly recent: () => readonly number[];
  readonly startAfter: (recent: readonly number[] | null) => void;
}

/** A turn lasts so long when others wait for it: passing it on takes about POLL_MS, in which nobody calls. */
export const TURN_MS = 10_000;
/** How often a waiting process asks. */
const POLL_MS = 250;
/** How often the holder gives a sign of life and looks whether it is asked for its turn; as long as it is, every POLL_MS: it may be idle. */
const BEAT_MS = 2000;
/** A holder that gave no sign of life for so long is taken for dead. */
export const SILENT_MS = 30_000;
/** A holder that could not give one begins no more calls, long before it is taken for dead. */
const TRUSTED_MS = 15_000;

/** A turn that is ours. It ends when `isEnding` and nobody is inside. */
interface Hold {
  readonly since: number;
  readonly ended: AbortController;
  beatAt: number;
  asks: number;
  /** When others were last known to wait for it. */
  wantedAt: number;
  inside: number;
  wasUsed: boolean;
  isEnding: boolean;
}

/** Takes the account's turn when a call is to be made, keeps it while it is used, and passes it on when it was long and others wait. */
export function createTurn({ store, account, holder, clock, isAlive, onWait, recent, startAfter }: TurnOptions): Turn {
  let hold: Hold | null = null;
  let keeping: Promise<void> = Promise.resolve();
  let taking: Promise<void> | null = null;
  let waiting = 0;
  let isClosed = false;
  let hasWaited = false;

  const end = (mine: Hold): void => {
    mine.isEnding = true;
    if (mine.inside === 0) mine.ended.abort();
  };

  const beat = async (mine: Hold): Promise<'ours' | 'lost'> => {
    const at = clock.now();
    const isIdle = mine.inside === 0 && !mine.wasUsed;
    mine.wasUsed = mine.inside > 0;
    // A database that does not answer is not the end of the turn yet: see TRUSTED_MS.
    const asks = await store.beat(account, holder).catch(() => undefined);
    if (asks === null) return 'lost';
    if (asks !== undefined) {
      if (asks !== mine.asks) mine.wantedAt = at;
      mine.beatAt = at;
      mine.asks = asks;
    }
    if (isIdle || (isWanted(mine) && clock.now() - mine.since >= TURN_MS)) end(mine);
    return 'ours';
  };

  const isWanted = ({ wantedAt }: Hold): boolean => clock.now() - wantedAt <= BEAT_MS;

  const keep = async (mine: Hold): Promise<void> => {
    while (!mine.ended.signal.aborted) {
      await clock.sleep(isWanted(mine) ? POLL_MS : BEAT_MS, mine.ended.signal).catch(() => undefined);
      if (!mine.ended.signal.aborted && (await beat(mine)) === 'lost') {
        hold = null;
        return;
      }
    }
    // When it cannot be written down, the next one finds us silent.
    await store.pass(account, holder, recent()).catch(() => undefined);
    hold = null;
    // Those who asked for it are quicker then.
    if (!isClosed) await clock.sleep(2 * POLL_MS);
  };

  const take = async (): Promise<void> => {
    if (hold !== null) end(hold);
    await keeping;
    let seen: (HeldTurn & { readonly at: number }) | null = null;
    while (waiting > 0 && !isClosed) {
      const at = clock.now();
      const found = await store.take(account, holder, seen !== null && isDead(seen) ? seen : null);
      if (found.kind === 'taken') {
        startAfter(found.recent);
        hold = {
          since: at,
          ended: new AbortController(),
          beatAt: at,
          asks: found.asks,
          wantedAt: -Infinity,
          inside: 0,
          wasUsed: true,
          isEnding: false,
        };
        keeping = keep(hold);
        return;
      }
      if (seen?.holder.id !== found.holder.id || seen.beats !== found.beats) seen = { ...found, at };
      if (isDead(seen)) continue;
      if (!hasWaited) onWait(found.holder);
      hasWaited = true;
      await clock.sleep(POLL_MS);
    }
  };

  const isDead = (seen: HeldTurn & { readonly at: number }): boolean => {
    const { host, pid } = seen.holder;
    // A process with our own number that is not us is gone: containers give the same numbers again.
    return (host === holder.host && (pid === holder.pid || !isAlive(pid))) || clock.now() - seen.at > SILENT_MS;
  };

  return {
    enter: async (signal) => {
      for (;;) {
        signal?.throwIfAborted();
        const mine = hold;
        if (mine !== null && !mine.isEnding && clock.now() - mine.beatAt < TRUSTED_MS) {
          mine.inside += 1;
          mine.wasUsed = true;
          return () => {
            mine.inside -= 1;
            if (mine.isEnding) end(mine);
          };
        }
        if (isClosed) throw new Error('the account was let go');
        waiting += 1;
        try {
          taking ??= take().finally(() => (taking = null));
          await unlessAborted(taking, signal);
        } finally {
          waiting -= 1;
        }
      }
    },
    close: async () => {
      isClosed = true;
      await taking?.catch(() => undefined);
      if (hold !== null) end(hold);
      await keeping;
    },
  };
}
