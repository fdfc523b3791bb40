import type { Clock } from '../domain/clock.ts';

/** Collects items of many devices and commits them together. */
export interface Group<T> {
  /** Resolves when the item is committed; rejects when its commit failed. */
  add(item: T): Promise<void>;
  /** Commits what is waiting. */
  flush(): Promise<void>;
}

/**
 * Group commit: the first item waits `lingerMs` for company, or until `max` have come; one commit runs at a time.
 * A device waits for its entry to be on disk, not for a round trip of its own.
 */
export function createGroup<T>(
  commit: (items: readonly T[]) => Promise<void>,
  options: { readonly lingerMs: number; readonly max: number },
  clock: Clock,
): Group<T> {
  let waiting: { item: T; done: () => void; failed: (reason: unknown) => void }[] = [];
  let committing: Promise<void> | null = null;
  let wake: (() => void) | null = null;

  const pump = async (): Promise<void> => {
    while (waiting.length > 0) {
      if (waiting.length < options.max) {
        const early = new AbortController();
        wake = () => early.abort();
        await clock.sleep(options.lingerMs, early.signal).catch(() => undefined);
        wake = null;
      }
      const batch = waiting.slice(0, options.max);
      waiting = waiting.slice(options.max);
      try {
        await commit(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
  };
  const start = (): Promise<void> => {
    committing ??= pump().finally(() => {
      committing = null;
    });
    return committing;
  };
  return {
    add: (item) =>
      new Promise((done, failed) => {
        waiting.push({ item, done, failed });
        if (waiting.length >= options.max) wake?.();
        void start();
      }),
    flush: async () => {
      if (waiting.length === 0 && committing === null) return;
      wake?.();
      await start();
    },
  };
}
