import { customerPlanText } from '../domain/customer-plan.ts';
import { afterDue, isNoop, refusalOfDue, type DueChange, type DueRefusal, type DueRow, type DueRules } from '../domain/due.ts';
import type { Emit } from '../domain/event.ts';
import type { NamedId } from '../domain/facts.ts';
import type { RowResult } from '../domain/result.ts';
import type { RunRecord } from '../domain/run-store.ts';
import type { DueStore } from './due-store.ts';

/** Columns of the results: there is no list that they could come from. */
export const DUE_COLUMNS: readonly string[] = ['queue id', 'iccid', 'effective date', 'customer rate plan', 'customer rate pool'];

/** Changes in one transaction, and in one bulk change: fewer than would lock a whole table. */
const CHANGES_PER_BATCH = 1000;

/** Gives due changes their numbers, and cells that name plans and pools. */
export function dueRows(changes: readonly DueChange[], { plans, pools }: Pick<DueRules, 'plans' | 'pools'>): readonly DueRow[] {
  return changes.map((due, index) => ({
    ...due,
    line: index + 1,
    cells: [
      String(due.queueId),
      due.iccid,
      due.effectiveDate,
      nameOf(plans, due.customerRatePlanId) ?? '',
      nameOf(pools, due.customerRatePoolId) ?? '',
    ],
  }));
}

function nameOf(named: readonly NamedId[], id: number | null): string | null {
  return id === null ? null : (named.find((each) => each.id === id)?.code ?? String(id));
}

/** What would become of a due change now: refused, planned, or nothing to change. */
export function plannedDue(due: DueRow, rules: DueRules): RowResult {
  const refusal = refusalOfDue(due, rules);
  if (refusal !== null) return refusedRow(due, rules, refusal);
  const before = due.before ?? {};
  const nothing = isNoop(due, before);
  const planCode = nameOf(rules.plans, due.customerRatePlanId);
  const poolName = nameOf(rules.pools, due.customerRatePoolId);
  return {
    ...known(due, rules),
    status: nothing ? 'NOOP' : 'PLANNED',
    before,
    after: afterDue(due, before),
    message: nothing ? 'already assigned' : customerPlanText({ planCode, poolName }),
  };
}

export interface RunDueOptions {
  readonly store: DueStore;
  readonly rules: DueRules;
  readonly run: RunRecord;
  readonly tenantId: number;
  readonly changeRequestTypeId: number;
  readonly emit: Emit;
  /** No further batch is begun. */
  readonly signal: AbortSignal;
}

/** Makes due changes, in the order of their dates. Resolves to how each ended: what somebody else took is SKIPPED, what may not be made stays queued. */
export async function runDue(rows: readonly DueRow[], options: RunDueOptions): Promise<readonly RowResult[]> {
  const { store, rules, run, tenantId, changeRequestTypeId, emit, signal } = options;
  const results = new Map<number, RowResult>();
  const tell = (result: RowResult): void => {
    results.set(result.line, result);
    const { cells: _cells, ...told } = result;
    emit({ type: 'row.result', ...told });
  };
  const allowed: DueRow[] = [];
  for (const due of rows) {
    const refusal = refusalOfDue(due, rules);
    if (refusal === null) allowed.push(due);
    else tell(refusedRow(due, rules, refusal));
  }
  let isFirst = true;
  for (const changes of batches(allowed)) {
    const [{ providerId, portal } = { providerId: 0, portal: 'M2M' as const }] = changes;
    if (signal.aborted) {
      for (const due of changes) tell({ ...known(due, rules), status: 'NOT_STARTED', message: 'The run was stopped before it' });
      continue;
    }
    const startedAt = performance.now();
    const { bulkChangeId, made } = await store.take({ run, isFirst, tenantId, providerId, portal, changeRequestTypeId, changes });
    if (bulkChangeId !== null) isFirst = false;
    const ms = Math.round((performance.now() - startedAt) / changes.length);
    for (const { due, before, after, isNoop: nothing } of made) {
      const how = nothing ? ({ status: 'NOOP', message: 'already assigned' } as const) : ({ status: 'APPLIED', message: 'OK' } as const);
      tell({ ...known(due, rules), ...how, bulkChangeId, before, after, attempts: 1, ms });
    }
    for (const due of changes.filter(({ line }) => !results.has(line)))
      tell({ ...known(due, rules), status: 'SKIPPED', message: 'taken from the queue by somebody else meanwhile' });
  }
  return rows.flatMap(({ line }) => results.get(line) ?? []);
}

/** Of one provider and portal each, in the order of the dates. */
function batches(rows: readonly DueRow[]): readonly (readonly DueRow[])[] {
  const groups = Map.groupBy(rows, ({ providerId, portal }) => `${portal} ${providerId}`);
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / CHANGES_PER_BATCH) }, (_, n) =>
      group.slice(n * CHANGES_PER_BATCH, (n + 1) * CHANGES_PER_BATCH),
    ),
  );
}

function known({ line, iccid, msisdn, providerId, before, cells }: DueRow, { providers }: DueRules): Omit<RowResult, 'status' | 'message'> {
  const provider = providers.get(providerId)?.displayName ?? null;
  return { line, iccid, phoneNumber: msisdn, provider, bulkChangeId: null, before, after: null, attempts: 0, ms: 0, error: null, cells };
}

function refusedRow(due: DueRow, rules: DueRules, { code, message, hint }: DueRefusal): RowResult {
  const error = { code, class: 'input', retryable: false, http: null, message, hint } as const;
  return { ...known(due, rules), status: 'REJECTED', message, error };
}
