import type { Clock } from '../domain/clock.ts';
import { PondBulkError } from '../domain/errors.ts';
import { createGroup } from './group.ts';
import type { RunStore, SettledRow } from './run-store.ts';

/** Commits verdicts of many devices together. */
export interface VerdictWriter {
  /** Hands a verdict over; waits only when the database is far behind. */
  add(verdict: SettledRow): Promise<void>;
  /** Resolves when every verdict so far is on disk, or was told to `onUnwritten`. */
  written(): Promise<void>;
}

/** Long enough that few statements are sent per device; a device does not wait for it. */
const LINGER_MS = 400;
const MAX_TOGETHER = 500;
/** Verdicts that may wait for the database before devices do. */
const MAX_WAITING = 4 * MAX_TOGETHER;

export interface VerdictWriterOptions {
  readonly store: Pick<RunStore, 'commit'>;
  readonly clock: Clock;
  readonly onWritten: (verdict: SettledRow) => void;
  /** The journal knows what was done; the next `resume` writes it. Does not reject. */
  readonly onUnwritten: (verdict: SettledRow, error: unknown) => Promise<void>;
}

/** Commits verdicts of many rows together; one that the database does not take is told and left open. */
export function createVerdictWriter({ store, clock, onWritten, onUnwritten }: VerdictWriterOptions): VerdictWriter {
  const commit = async (verdicts: readonly SettledRow[]): Promise<void> => {
    try {
      await store.commit(verdicts);
      verdicts.forEach(onWritten);
    } catch (error) {
      // What is wrong with all of them is not tried for each.
      if (error instanceof PondBulkError) for (const verdict of verdicts) await onUnwritten(verdict, error);
      else await commitOneByOne(verdicts);
    }
  };

  /** One row that the database refuses must not hold up the others. */
  const commitOneByOne = async (verdicts: readonly SettledRow[]): Promise<void> => {
    for (const verdict of verdicts) {
      try {
        await store.commit([verdict]);
        onWritten(verdict);
      } catch (error) {
        await onUnwritten(verdict, error);
      }
    }
  };

  const group = createGroup(commit, { lingerMs: LINGER_MS, max: MAX_TOGETHER }, clock);
  const waiting = new Set<Promise<void>>();
  return {
    add: async (verdict) => {
      const written = group.add(verdict).finally(() => waiting.delete(written));
      waiting.add(written);
      if (waiting.size >= MAX_WAITING) await Promise.race(waiting);
    },
    written: async () => {
      await group.flush();
      await Promise.all(waiting);
    },
  };
}
