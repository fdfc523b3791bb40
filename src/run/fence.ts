import type { RunStore } from './run-store.ts';

/**
 * Stands between a run and everything that it writes: at carriers, at billing and in the database. A process that was suspended
 * (a closed lid, a paused machine) wakes up and believes that it still holds its bulk changes: nothing of it may get out.
 */
export interface Fence {
  /** Resolves when it is safe to write. Rejects with PondBulkError (locked) when another run took over meanwhile. */
  readonly pass: () => Promise<void>;
  /** From now on `pass` asks this. */
  guard(pass: () => Promise<void>): void;
}

/** An open fence: until a run holds something there is nothing to lose. */
export function createFence(): Fence {
  let current = (): Promise<void> => Promise.resolve();
  return {
    pass: () => current(),
    guard: (pass) => {
      current = pass;
    },
  };
}

/** The same store, whose writes pass the fence first. */
export function fencedStore(store: RunStore, pass: () => Promise<void>): RunStore {
  const behind =
    <Args extends readonly unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await pass();
      return write(...args);
    };
  return {
    ...store,
    begin: behind(store.begin),
    claim: behind(store.claim),
    release: behind(store.release),
    reopen: behind(store.reopen),
    append: behind(store.append),
    callProcedure: behind(store.callProcedure),
    callWaiting: behind(store.callWaiting),
    commit: behind(store.commit),
    noteUnwritten: behind(store.noteUnwritten),
    finish: behind(store.finish),
    keepOptions: behind(store.keepOptions),
  };
}
