import { PondBulkError } from './errors.ts';

/** A saved plan is applied once; `run` did it. */
export function planUsed(plan: string, run: string): PondBulkError {
  return new PondBulkError('plan', 'PLAN_USED', `${plan} was applied already: pond-bulk status ${run} shows it`);
}
