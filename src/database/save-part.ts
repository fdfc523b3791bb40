import type { Change } from '../domain/change.ts';
import { heldBy } from '../domain/held.ts';
import type { PlanChange } from '../domain/plan-change.ts';
import type { Refused } from '../domain/refusal.ts';
import type { NewRow } from '../domain/run-store.ts';
import type { SavePart } from '../run/run-store.ts';
import type { Transaction } from './database.ts';
import { heldBeside } from './statements/held.ts';
import { insertRefusals, insertRows, type SavedUnder } from './statements/rows.ts';
import { spentBeside } from './statements/spent-changes.ts';
import type { Written } from './statements/written.ts';

/**
 * Saves rows in a transaction that holds `lockSaves`: what other runs did since the list was validated is looked at once more, and rows
 * that cannot be done any more are saved as what they are.
 */
export async function savePart(tx: Transaction, part: SavePart, written: Pick<Written, 'operator' | 'at' | 'live'>): Promise<void> {
  const lost = part.rows.find(({ bulkChange }) => part.saved[bulkChange] === undefined);
  if (lost !== undefined) throw new Error(`Line ${lost.line} has no bulk change to be saved in`);
  const own = part.saved.map(({ id }) => id);
  const all = await withinQuotas(tx, part, written.live.logKey.M2M);
  for (const [index, { id, portal, changeRequestId }] of part.saved.entries()) {
    const mine = all.filter(({ bulkChange }) => bulkChange === index);
    const rows = withoutHeld(mine, await heldBeside(tx, portal, devicesToDo(mine), own));
    if (rows.length === 0) continue;
    const under: SavedUnder = { runId: part.runId, bulkChangeId: id, portal, changeRequestId, ...written };
    await insertRows(tx, rows, under);
    const refused = rows
      .filter(({ status }) => status === 'REJECTED' || status === 'STALE')
      .map(({ line, iccid, changeRequest }) => ({ line, request: changeRequest ?? iccid }));
    await insertRefusals(tx, under, refused, part.preflight);
  }
}

/** Rows whose device had all plan changes of its month are REJECTED, as they would be by validation. */
async function withinQuotas(tx: Transaction, { rows, quotas }: SavePart, logKey: string): Promise<readonly NewRow[]> {
  let left = rows;
  for (const quota of quotas) {
    const isCounted = ({ change, providerId }: NewRow): boolean => providerId === quota.counted.providerId && planChangeOf(change) !== null;
    const iccids = left.filter(isCounted).map(({ iccid }) => iccid);
    const spent = await spentBeside(tx, iccids, quota, logKey);
    left = left.map((row) => {
      const refused = isCounted(row) ? quota.refusalOf(row.iccid, spent.get(row.iccid) ?? 0) : null;
      return refused === null ? row : overQuota(row, refused);
    });
  }
  return left;
}

/** A device that has its plan needs no change: its carrier may say otherwise, and then it is refused. */
function overQuota(row: NewRow, refusal: Refused): NewRow {
  const { change } = row;
  const planChange = planChangeOf(change);
  const isThere = planChange !== null && planChange.before['plan'] === planChange.plan.code;
  if (change === null || !isThere) return leftAlone(row, 'REJECTED', refusal);
  const refused = { ...planChange, refusal };
  return { ...row, change: change.kind === 'change-rate-plan' ? refused : { ...change, carrierPlan: refused } };
}

function planChangeOf(change: Change | null): PlanChange | null {
  return change?.kind === 'assign-customer' ? change.carrierPlan : change;
}

function devicesToDo(rows: readonly NewRow[]): readonly number[] {
  return rows.flatMap(({ status, deviceId }) => (status === 'NOT_STARTED' && deviceId !== null ? [deviceId] : []));
}

/** Rows whose device another run took are STALE. */
function withoutHeld(rows: readonly NewRow[], held: ReadonlyMap<number, string>): readonly NewRow[] {
  if (held.size === 0) return rows;
  return rows.map((row) => {
    const holder = row.status === 'NOT_STARTED' && row.deviceId !== null ? held.get(row.deviceId) : undefined;
    return holder === undefined ? row : leftAlone(row, 'STALE', heldBy(holder));
  });
}

function leftAlone(row: NewRow, status: 'REJECTED' | 'STALE', { code, message, hint }: Refused): NewRow {
  const error = { code, class: 'input', retryable: false, http: null, message, hint } as const;
  return { ...row, change: null, before: null, status, message, error, changeRequest: null };
}
