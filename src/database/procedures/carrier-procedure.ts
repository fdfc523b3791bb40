import { PondBulkError } from '../../domain/errors.ts';
import type { CarrierProcedure } from '../../domain/procedure.ts';
import type { Queries } from '../database.ts';
import { findProcedure } from './procedure.ts';

/** Looks at the procedure by which a carrier's plans are changed. What is wrong with it is told by whoever needs it. */
export async function findCarrierProcedure(db: Queries, name: string): Promise<CarrierProcedure> {
  if (db.engine === 'sqlite') return { kind: 'stand-in' };
  try {
    const procedure = await findProcedure(db, name);
    if (procedure === null) return { kind: 'missing' };
    const takes = new Set(procedure.parameters.filter(({ isOutput }) => !isOutput).map((each) => each.name.toLowerCase()));
    if (takes.has('carrierrateplan')) return { kind: 'callable', takesDate: takes.has('effectivedate') };
    const text = `The procedure ${name} has no parameter @CarrierRatePlan: it could not be told the plan`;
    return { kind: 'unusable', error: new PondBulkError('config', 'PROCEDURE_PARAMETER_MISSING', text) };
  } catch (error) {
    if (error instanceof PondBulkError && error.kind === 'config') return { kind: 'unusable', error };
    throw error;
  }
}
