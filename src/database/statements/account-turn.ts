import type { HeldTurn, TakenTurn, TurnHolder } from '../../domain/turn.ts';
import type { Database, Transaction } from '../database.ts';
import { ownTable } from '../own-schema.ts';
import { lockSaves } from './held.ts';

interface TurnRow {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly beats: number;
  readonly asks: number;
  readonly recent: string;
}

/** Takes the turn of an account that nobody has, or that `dead` has and gave no sign of life since; else asks for it. */
export async function takeTurn(db: Database, account: string, holder: TurnHolder, dead: HeldTurn | null): Promise<TakenTurn | HeldTurn> {
  for (;;) {
    const found = await db.transaction((tx) => takeRow(tx, account, holder, dead));
    if (found !== null) return found;
    await db.transaction((tx) => insertRow(tx, account));
  }
}

async function takeRow(tx: Transaction, account: string, holder: TurnHolder, dead: HeldTurn | null): Promise<TakenTurn | HeldTurn | null> {
  const table = ownTable(tx.engine, 'account_turn');
  // Asked for first: the row is locked by it, whoever has the turn. It counts before the taker looks, so nobody takes it for a wish of others.
  const rows = await tx.execute(`UPDATE ${table} SET asks = asks + 1 WHERE account = :account`, { account });
  if (rows === 0) return null;
  const taken = await tx.execute(
    `
    UPDATE ${table}
    SET holder = :id, host = :host, pid = :pid, beats = beats + 1
    WHERE account = :account AND (holder IS NULL OR holder = :id OR (holder = :deadId AND beats = :deadBeats))`,
    { ...holder, account, deadId: dead?.holder.id ?? null, deadBeats: dead?.beats ?? null },
  );
  const [row] = await tx.query<TurnRow>(`SELECT holder, host, pid, beats, asks, recent FROM ${table} WHERE account = :account`, {
    account,
  });
  if (row === undefined) return null;
  if (taken === 0) return { kind: 'held', holder: { id: row.holder, host: row.host, pid: row.pid }, beats: row.beats };
  // passTurn wrote it.
  return { kind: 'taken', asks: row.asks, recent: dead === null ? (JSON.parse(row.recent) as readonly number[]) : null };
}

/** Two processes that need the row at once: the second waits, and finds it. */
async function insertRow(tx: Transaction, account: string): Promise<void> {
  const table = ownTable(tx.engine, 'account_turn');
  await lockSaves(tx);
  await tx.execute(
    `
    INSERT INTO ${table} (account, beats, asks, recent)
    SELECT :account, 0, 0, '[]'
    WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE account = :account)`,
    { account },
  );
}

/** Says that the holder is alive. Answers how often the turn was asked for; null when it is not the holder's any more. */
export async function beatTurn(db: Database, account: string, { id }: TurnHolder): Promise<number | null> {
  const table = ownTable(db.engine, 'account_turn');
  return db.transaction(async (tx) => {
    const beaten = await tx.execute(`UPDATE ${table} SET beats = beats + 1 WHERE account = :account AND holder = :id`, { account, id });
    if (beaten === 0) return null;
    const [row] = await tx.query<Pick<TurnRow, 'asks'>>(`SELECT asks FROM ${table} WHERE account = :account`, { account });
    return row?.asks ?? null;
  });
}

/** Gives the turn back, with the ages of this holder's last calls, for whoever takes it next. */
export async function passTurn(db: Database, account: string, { id }: TurnHolder, recent: readonly number[]): Promise<void> {
  await db.execute(
    `UPDATE ${ownTable(db.engine, 'account_turn')} SET holder = NULL, recent = :recent WHERE account = :account AND holder = :id`,
    { account, id, recent: JSON.stringify(recent) },
  );
}
