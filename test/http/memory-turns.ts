import type { TurnHolder, TurnStore } from '../../src/domain/turn.ts';

interface Row {
  holder: TurnHolder | null;
  beats: number;
  asks: number;
  recent: readonly number[];
}

/** Turns in memory. It keeps the contract of the database's (test/database/turn-store.test.ts runs on both). */
export function memoryTurns(): TurnStore {
  const rows = new Map<string, Row>();
  const rowOf = (account: string): Row => {
    const row = rows.get(account) ?? { holder: null, beats: 0, asks: 0, recent: [] };
    rows.set(account, row);
    return row;
  };
  return {
    take: async (account, holder, dead) => {
      const row = rowOf(account);
      row.asks += 1;
      const isDead = dead !== null && row.holder?.id === dead.holder.id && row.beats === dead.beats;
      if (row.holder !== null && row.holder.id !== holder.id && !isDead) return { kind: 'held', holder: row.holder, beats: row.beats };
      row.holder = holder;
      row.beats += 1;
      return { kind: 'taken', asks: row.asks, recent: dead === null ? row.recent : null };
    },
    beat: async (account, { id }) => {
      const row = rowOf(account);
      if (row.holder?.id !== id) return null;
      row.beats += 1;
      return row.asks;
    },
    pass: async (account, { id }, recent) => {
      const row = rowOf(account);
      if (row.holder?.id !== id) return;
      row.holder = null;
      row.recent = recent;
    },
  };
}
