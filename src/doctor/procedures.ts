import type { ReadDatabase } from '../database/database.ts';
import { PROCEDURES } from '../database/grants-sql.ts';
import { findProcedure } from '../database/procedures/procedure.ts';
import { PondBulkError } from '../domain/errors.ts';
import { EBONDING_PROCEDURE } from '../domain/procedure.ts';
import { failure, warning, well, type Check } from './check.ts';

/**
 * Stored procedures are used where the database has them; one that asks for what nobody knows stops a run. Without that of a carrier
 * (`carrierProcedures`: those of the service providers in use) its devices are refused.
 */
export async function checkProcedures(db: ReadDatabase, carrierProcedures: ReadonlySet<string>): Promise<readonly Check[]> {
  if (db.engine === 'sqlite') return [];
  const checks: Check[] = [];
  for (const name of PROCEDURES) checks.push(await checkProcedure(db, name, carrierProcedures));
  return checks;
}

async function checkProcedure(db: ReadDatabase, name: string, carrierProcedures: ReadonlySet<string>): Promise<Check> {
  try {
    const procedure = await findProcedure(db, name);
    if (procedure === null) return absent(name, carrierProcedures);
    const parameters = procedure.parameters.map((parameter) => `@${parameter.name}`).join(', ');
    return well('Procedures', `${name} (${parameters}), called once per ${procedure.isPerDevice ? 'device' : 'bulk change'}`);
  } catch (error) {
    if (!(error instanceof PondBulkError)) throw error;
    return failure('Procedures', error.message, 'give the parameter a default; where it has one, grant VIEW DEFINITION: db grants --print');
  }
}

function absent(name: string, carrierProcedures: ReadonlySet<string>): Check {
  const found = `${name} is not there, or not visible to this login`;
  if (carrierProcedures.has(name))
    return warning('Procedures', found, 'plan changes of its carrier are refused until it is: db grants --print');
  return well(
    'Procedures',
    name === EBONDING_PROCEDURE ? `${found}: no service provider needs it` : `${found}: pond-bulk does the same itself`,
  );
}
