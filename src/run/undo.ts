import { parseIccid } from '../domain/iccid.ts';
import type { List, ListRow, RowValues } from '../domain/list-row.ts';
import type { DeviceState, RowResult } from '../domain/result.ts';
import type { RunInfo } from '../domain/run-store.ts';
import type { Expected } from './expectation.ts';

/** The way back of what a run applied: a list of its devices with what they had before, and what each must still hold. */
export interface Undo {
  readonly list: List;
  readonly rows: number;
  readonly expectedOf: (line: number) => Expected | undefined;
}

/** Reads how the rows of a run ended. Rows that it did not change are not part of it. */
export async function undoOf(run: RunInfo, results: AsyncIterable<RowResult>): Promise<Undo> {
  const rows: ListRow[] = [];
  const expected = new Map<number, Expected>();
  for await (const result of results) {
    if (result.status !== 'APPLIED') continue;
    const before = result.before ?? {};
    const after = result.after ?? {};
    const back = run.command === 'assign-customer' ? assignedBefore(before, after) : planBefore(before, after);
    expected.set(result.line, { before: after, after: null, refusal: typeof back === 'string' ? back : null });
    rows.push(listRow(result, typeof back === 'string' ? {} : back));
  }
  return {
    list: { name: `run ${run.id}`, columns: run.columns, rows: pages(rows) },
    rows: rows.length,
    expectedOf: (line) => expected.get(line),
  };
}

function listRow({ line, iccid, phoneNumber, cells }: RowResult, values: RowValues): ListRow {
  const parsed = parseIccid(iccid);
  return {
    line,
    iccid: parsed.ok ? parsed.iccid : null,
    phoneNumber,
    key: iccid,
    values,
    problem: null,
    luhnFails: false,
    cells,
  };
}

/** Values that lead back, or why there are none. */
type Back = RowValues | string;

function planBefore(before: DeviceState, after: DeviceState): Back {
  const plan = before['plan'] ?? null;
  if (plan === null) return 'It had no rate plan before';
  const commPlan = before['commPlan'] ?? null;
  if (!Object.hasOwn(after, 'commPlan')) return { plan: String(plan) };
  return commPlan === null ? 'It had no communication plan before' : { plan: String(plan), commPlan: String(commPlan) };
}

function assignedBefore(before: DeviceState, after: DeviceState): Back {
  const customer = before['customer'] ?? null;
  const site = before['siteId'] ?? null;
  if (customer === null && site === null) return 'It had no customer before';
  const taken = UNTAKABLE.find(([name]) => Object.hasOwn(after, name) && (before[name] ?? null) === null);
  if (taken !== undefined) return `It had no ${taken[1]} before, and one cannot be taken away`;
  const values: { -readonly [Key in keyof RowValues]: RowValues[Key] } =
    customer === null ? { site: String(site) } : { customer: String(customer) };
  if (Object.hasOwn(after, 'customerRatePlanId')) values.customerRatePlan = String(before['customerRatePlanId']);
  if (Object.hasOwn(after, 'customerRatePoolId')) values.customerRatePool = String(before['customerRatePoolId']);
  if (Object.hasOwn(after, 'plan')) values.plan = String(before['plan']);
  if (Object.hasOwn(after, 'commPlan')) values.commPlan = String(before['commPlan']);
  return values;
}

/** What an assignment can give and not take. */
const UNTAKABLE = [
  ['customerRatePlanId', 'customer rate plan'],
  ['customerRatePoolId', 'customer rate pool'],
  ['plan', 'carrier rate plan'],
  ['commPlan', 'communication plan'],
] as const;

const ROWS_PER_PAGE = 1000;

// oxlint-disable-next-line typescript/require-await -- a list is read as it comes
async function* pages(rows: readonly ListRow[]): AsyncGenerator<readonly ListRow[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_PAGE) yield rows.slice(at, at + ROWS_PER_PAGE);
}
