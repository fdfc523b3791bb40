import type { TurnStore } from '../domain/turn.ts';
import type { Database } from './database.ts';
import { beatTurn, passTurn, takeTurn } from './statements/account-turn.ts';

/** Turns of processes that use the same database: what is shared between them without any server of its own. */
export function createTurnStore(db: Database): TurnStore {
  return {
    take: (account, holder, dead) => takeTurn(db, account, holder, dead),
    beat: (account, holder) => beatTurn(db, account, holder),
    pass: (account, holder, recent) => passTurn(db, account, holder, recent),
  };
}
