import type { ChangeRequest } from '../../domain/change-request.ts';
import { PondBulkError } from '../../domain/errors.ts';
import type { List, RowValues } from '../../domain/list-row.ts';
import { parseColumnOptions } from '../../intake/columns.ts';
import { readList, type ListSource } from '../../intake/read-list.ts';
import type { ChangeCommand } from './change-command.ts';

/** Reads the list. Rejects with PondBulkError (usage) when neither a flag nor a column can say for any row what is wanted. */
export function readWanted(source: ListSource | null, { flags, defaults, request: { kind } }: ChangeCommand): Promise<List> {
  if (source === null) throw new Error('There is neither a list nor a plan');
  return readList(source, parseColumnOptions(flags.column), (keys) => {
    const isGiven = (key: keyof RowValues): boolean => defaults[key] !== undefined || keys.has(key);
    if (!WANTED[kind].some(isGiven)) throw nothingWanted(kind, source.name);
    if (kind === 'assign-customer' && defaults.commPlan !== undefined && !isGiven('plan')) throw commPlanAlone();
  });
}

/** Without one of these no row can say what is to be done. */
const WANTED = {
  'change-rate-plan': ['plan'],
  'assign-customer': ['customer', 'site'],
} as const satisfies Record<ChangeRequest['kind'], readonly (keyof RowValues)[]>;

function nothingWanted(kind: ChangeRequest['kind'], list: string): PondBulkError {
  const elsewhere = `${list} has none (--column ${WANTED[kind][0]}=HEADER names it)`;
  return kind === 'change-rate-plan'
    ? new PondBulkError('usage', 'RATE_PLAN_MISSING', `No rate plan: give --plan, or a plan column; ${elsewhere}`)
    : new PondBulkError('usage', 'CUSTOMER_MISSING', `No customer: give --customer or --site, or a customer or site column; ${elsewhere}`);
}

function commPlanAlone(): PondBulkError {
  const advice = 'add --carrier-rate-plan, or a plan column to the list';
  return new PondBulkError('usage', 'COMM_PLAN_WITHOUT_PLAN', `--comm-plan goes with a carrier rate plan: ${advice}`);
}
