import type { OpenRow } from '../domain/run-store.ts';
import { isNew, type JournalEntry } from './journal.ts';
import type { RunStore } from './run-store.ts';

/** A row to work on, with everything journaled for it so far. */
export interface SourcedRow {
  readonly row: OpenRow;
  readonly bulkChangeId: string;
  readonly past: readonly JournalEntry[];
}

/** Rows of bulk changes, page by page, fetched ahead of those who take them. */
export interface RowSource {
  /** Null when there are no more. */
  next(): Promise<SourcedRow | null>;
  /** Ids of the rows that were claimed and not taken, and that nothing was done of before either. */
  untaken(): Promise<readonly string[]>;
}

/** Which of the open rows are wanted. */
export interface OpenWanted {
  /** Rows per claim. */
  readonly pageSize: number;
  /** New rows by bulk change; null: all. */
  readonly shares: ReadonlyMap<string, number> | null;
  /** Those that were begun before too. */
  readonly withBegun: boolean;
}

/**
 * The rows to work on: those that were begun (they are read back first), then new ones, which are claimed. `isOver`
 * ends it early.
 */
export function openRows(store: RunStore, bulkChangeIds: readonly string[], wanted: OpenWanted, isOver: () => boolean): RowSource {
  return sourceOf(pages(store, bulkChangeIds, wanted), wanted.pageSize, isOver);
}

/** The rows that a carrier took and has not done yet, where they are wanted. */
export function acceptedRows(
  store: RunStore,
  bulkChangeIds: readonly string[],
  { pageSize, isWanted }: { readonly pageSize: number; readonly isWanted: (rowId: string) => boolean },
  isOver: () => boolean,
): RowSource {
  return sourceOf(allBegun(store, bulkChangeIds, pageSize, isWanted), pageSize, isOver);
}

async function* pages(
  store: RunStore,
  bulkChangeIds: readonly string[],
  { pageSize, shares, withBegun }: OpenWanted,
): AsyncGenerator<readonly SourcedRow[]> {
  if (withBegun) yield* allBegun(store, bulkChangeIds, pageSize, null);
  for (const bulkChangeId of bulkChangeIds) {
    for (let left = shares === null ? Infinity : (shares.get(bulkChangeId) ?? 0); left > 0;) {
      const rows = await store.claim(bulkChangeId, Math.min(pageSize, left));
      if (rows.length === 0) break;
      left -= rows.length;
      yield await withJournal(store, bulkChangeId, rows);
    }
  }
}

/** `isAccepted` null: all of them. */
async function* allBegun(
  store: RunStore,
  bulkChangeIds: readonly string[],
  limit: number,
  isAccepted: ((rowId: string) => boolean) | null,
): AsyncGenerator<readonly SourcedRow[]> {
  for (const bulkChangeId of bulkChangeIds) {
    // Only those that were begun before now: what this run begins meanwhile is its own.
    const found: OpenRow[] = [];
    for (let afterId = '0'; ;) {
      const rows = await store.begun(bulkChangeId, { afterId, limit, onlyAccepted: isAccepted !== null });
      found.push(...rows.filter(({ rowId }) => isAccepted?.(rowId) ?? true));
      const last = rows.at(-1);
      if (last === undefined) break;
      afterId = last.rowId;
    }
    for (let from = 0; from < found.length; from += limit) yield await withJournal(store, bulkChangeId, found.slice(from, from + limit));
  }
}

async function withJournal(store: RunStore, bulkChangeId: string, rows: readonly OpenRow[]): Promise<readonly SourcedRow[]> {
  const journal = await store.journalOf(rows.map(({ rowId }) => rowId));
  return rows.map((row) => ({ row, bulkChangeId, past: journal.get(row.rowId) ?? [] }));
}

function sourceOf(from: AsyncGenerator<readonly SourcedRow[]>, pageSize: number, isOver: () => boolean): RowSource {
  const ready: SourcedRow[] = [];
  let isDone = false;
  let fetching: Promise<void> | null = null;
  const fetch = (): Promise<void> => {
    fetching ??= from
      .next()
      .then(({ done, value }) => {
        if (done === true) isDone = true;
        else ready.push(...value);
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };
  return {
    next: async () => {
      for (;;) {
        if (isOver()) return null;
        const row = ready.shift();
        // The next page is asked for while this one is worked on.
        if (!isDone && ready.length < pageSize / 2) void fetch().catch(() => undefined);
        if (row !== undefined) return row;
        if (isDone) return null;
        await fetch();
      }
    },
    untaken: async () => {
      await fetching;
      await from.return(undefined);
      return ready.splice(0).flatMap(({ row, past }) => (row.status === 'NOT_STARTED' && isNew(past, row.attempt) ? [row.rowId] : []));
    },
  };
}
