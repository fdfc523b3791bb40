import { CallFailed } from '../domain/call-failed.ts';
import { driftOf, unread, type ChangedPlan } from '../domain/drift.ts';
import type { CarrierPlan, PlanChange } from '../domain/plan-change.ts';
import { stopsProvider, type DeviceState, type Drift, type RowError } from '../domain/result.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { ReconcileStore } from './reconcile-store.ts';

export interface FindDriftOptions {
  readonly store: ReconcileStore;
  /** Null: nobody can be asked. */
  readonly readPlan: (change: PlanChange, signal: AbortSignal) => Promise<DeviceState | null>;
  /** Devices asked about at once; the carriers' own pace is kept below. */
  readonly inProgress: number;
  /** `yyyy-MM-dd`, UTC. */
  readonly today: string;
  /** Whether drift that is safe to mend is mended. */
  readonly isFixing: boolean;
  readonly pageSize: number;
  /** No further device is asked about. */
  readonly signal: AbortSignal;
}

/** What comparing came to. */
export interface FoundDrift {
  readonly compared: number;
  readonly rows: readonly Drift[];
  /** Why the rest of the provider was not asked about, else null. */
  readonly stop: RowError | null;
}

/** Asks the carrier about the finished rows of a bulk change, and mends what is safe. Nothing is sent to the carrier but reads. */
export async function findDrift(bulkChange: BulkChangeInfo, options: FindDriftOptions): Promise<FoundDrift> {
  const { store, pageSize, signal, today } = options;
  const plans = await store.plans(bulkChange.providerId);
  const rows: Drift[] = [];
  let compared = 0;
  let stop: RowError | null = null;
  for (let afterId = '0'; stop === null && !signal.aborted;) {
    const page = await store.changedPlans(bulkChange.id, { afterId, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) break;
    afterId = last.rowId;
    // A dated change does not show before its day.
    const asked = await askPage(
      page.filter(({ change }) => change.effectiveDate === null || change.effectiveDate <= today),
      plans,
      options,
    );
    compared += asked.compared;
    stop = asked.stop;
    const safe = options.isFixing ? asked.found.filter(({ drift }) => drift.fix === 'safe').map(({ changed }) => changed) : [];
    const written = safe.length === 0 ? new Set<string>() : await store.rewrite(bulkChange.id, safe);
    for (const { changed, drift } of asked.found)
      rows.push(rowOf(changed, safe.includes(changed) ? afterFix(drift, written.has(changed.rowId)) : drift, bulkChange));
  }
  return { compared, rows, stop };
}

type Compared = NonNullable<ReturnType<typeof driftOf>>;

interface Asked {
  readonly found: readonly { readonly changed: ChangedPlan; readonly drift: Compared }[];
  readonly compared: number;
  readonly stop: RowError | null;
}

async function askPage(page: readonly ChangedPlan[], plans: readonly CarrierPlan[], options: FindDriftOptions): Promise<Asked> {
  const found: { changed: ChangedPlan; drift: Compared }[] = [];
  const waiting = [...page];
  let compared = 0;
  let stop: RowError | null = null;
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && stop === null && !options.signal.aborted; next = waiting.shift()) {
      const changed = next;
      try {
        const shown = await options.readPlan(changed.change, options.signal);
        const drift = driftOf(changed, shown, plans);
        if (shown !== null) compared += 1;
        if (drift !== null) found.push({ changed, drift });
      } catch (error) {
        if (options.signal.aborted) return;
        if (!(error instanceof CallFailed)) throw error;
        if (stopsProvider(error.error)) stop = error.error;
        found.push({ changed, drift: unread(error.error.message) });
      }
    }
  };
  await Promise.all(Array.from({ length: options.inProgress }, worker));
  return { found: found.toSorted((a, b) => a.changed.line - b.changed.line), compared, stop };
}

function afterFix(drift: Compared, isWritten: boolean): Compared {
  return isWritten
    ? { ...drift, fix: 'done', message: 'written to the database' }
    : { ...drift, fix: 'no', message: 'changed in the database meanwhile: left alone' };
}

function rowOf({ line, iccid, bulkChangeId, change, wrote, database }: ChangedPlan, drift: Compared, { provider }: BulkChangeInfo): Drift {
  return { line, iccid, phoneNumber: change.device.msisdn, provider, bulkChangeId, wrote, database, ...drift };
}
