import type { Carrier } from '../../domain/carrier.ts';
import { EBONDING_PROCEDURE } from '../../domain/procedure.ts';
import { changeEbondingPlan } from './change-plan.ts';

/** AT&T eBonding: a stored procedure of the operator's database makes the change. There is no account, and nothing is called over HTTP. */
export const ebonding: Carrier = {
  integration: 'eBonding',
  name: 'eBonding',
  prefix: 'EBONDING',
  portal: 'Mobility',
  procedure: EBONDING_PROCEDURE,
  settings: [],
  optional: {},
  secrets: [],
  accountKey: [],
  pace: { concurrency: 4, perSecond: null, source: 'calls of the database' },
  documented: { concurrency: null, perSecond: null },
  needs: ['phone-number'],
  effectiveDate: { kind: 'any' },
  commPlan: null,
  doneLater: false,
  readBack: [],
  timeoutMs: 30_000,
  headers: () => ({}),
  limitedFor: () => null,
  connect: () => ({
    readPlan: () => Promise.resolve(null),
    changePlan: changeEbondingPlan,
  }),
};
