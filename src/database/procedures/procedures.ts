import { PondBulkError } from '../../domain/errors.ts';
import type { ProcedureCall } from '../../domain/procedure.ts';
import type { JournalEntry } from '../../run/journal.ts';
import type { Database } from '../database.ts';
import type { Written } from '../statements/written.ts';
import { appendJournal } from '../statements/journal.ts';
import { callProcedure } from './call.ts';
import { findProcedure, type Procedure } from './procedure.ts';
import { standIn } from './stand-in.ts';
import { findWaiting } from './waiting.ts';

/** Calls of the operator's stored procedures, each exactly once. */
export interface Procedures {
  /** For one device: its answer, journaled; or that it waits for the others of its bulk change, journaled too. */
  call(bulkChangeId: string, call: ProcedureCall, entry: Omit<JournalEntry, 'data'>): Promise<JournalEntry>;
  /** Once for all devices of the bulk change that wait and may share a call. Resolves to how many there are. */
  callWaiting(bulkChangeId: string): Promise<number>;
}

/** Calls the operator's procedures, one transaction each, with their journal entry and audit row. */
export function createProcedures(
  db: Database,
  now: () => number,
  written: (bulkChangeIds: readonly string[]) => Promise<Written>,
): Procedures {
  const found = new Map<string, Promise<Procedure | null>>();
  const find = async (name: string): Promise<Procedure> => {
    const finding = found.get(name) ?? findProcedure(db, name);
    found.set(name, finding);
    const procedure = await finding;
    if (procedure === null)
      throw new PondBulkError('config', 'PROCEDURE_MISSING', `The database ${db.identity} has no procedure ${name} any more`);
    return procedure;
  };
  const callFor = async (procedure: Procedure, bulkChangeId: string, rows: Parameters<typeof callProcedure>[3]) => {
    const { calling } = db;
    if (calling === null) throw new Error(`${procedure.name} cannot be called on ${db.identity}`);
    return callProcedure({ ...db, calling }, procedure, bulkChangeId, rows, await written([bulkChangeId]));
  };
  return {
    call: async (bulkChangeId, call, entry) => {
      if (db.calling === null) return standIn(db, bulkChangeId, { call, entry }, await written([bulkChangeId]));
      const procedure = await find(call.procedure);
      if (!procedure.isPerDevice) {
        const waiting: JournalEntry = { ...entry, data: { kind: 'waiting', call } };
        await appendJournal(db, [waiting]);
        return waiting;
      }
      const [answer] = await callFor(procedure, bulkChangeId, [{ call, entry }]);
      if (answer === undefined) throw new Error(`${call.procedure} was called for no row`);
      return answer;
    },
    callWaiting: async (bulkChangeId) => {
      const rows = await findWaiting(db, bulkChangeId, now());
      for (const mine of Map.groupBy(rows, ({ call }) => JSON.stringify([call.procedure, call.sharedBy])).values()) {
        const [first] = mine;
        if (first !== undefined) await callFor(await find(first.call.procedure), bulkChangeId, mine);
      }
      return rows.length;
    },
  };
}
