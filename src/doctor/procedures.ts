import type { ReadDatabase } from '../database/database.ts';
import { PROCEDURES } from '../database/grants-sql.ts';
import { findProcedure } from '../database/procedures/procedure.ts';
import { PondBulkError } from '../domain/errors.ts';
import { failure, well, type Check } from './check.ts';

/** Stored procedures are used where the database has them; one that asks for what nobody knows stops a run. */
export async function checkProcedures(db: ReadDatabase): Promise<readonly Check[]> {
  if (db.engine === 'sqlite') return [];
  const checks: Check[] = [];
  for (const name of PROCEDURES) checks.push(await checkProcedure(db, name));
  return checks;
}

async function checkProcedure(db: ReadDatabase, name: string): Promise<Check> {
  try {
    const procedure = await findProcedure(db, name);
    if (procedure === null) return well('Procedures', `${name} is not there, or not visible to this login: pond-bulk does the same itself`);
    const parameters = procedure.parameters.map((parameter) => `@${parameter.name}`).join(', ');
    return well('Procedures', `${name} (${parameters}), called once per ${procedure.isPerDevice ? 'device' : 'bulk change'}`);
  } catch (error) {
    if (!(error instanceof PondBulkError)) throw error;
    return failure('Procedures', error.message, 'give the parameter a default; where it has one, grant VIEW DEFINITION: db grants --print');
  }
}
