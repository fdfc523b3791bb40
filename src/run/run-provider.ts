import { canBecome } from '../domain/row-states.ts';
import type { AuditEntry } from '../domain/outcome.ts';
import type { RowError } from '../domain/result.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import { createBatches, type Batches } from './batches.ts';
import type { EngineOptions } from './engine-options.ts';
import { createGate } from './gates.ts';
import type { Group } from './group.ts';
import type { JournalEntry } from './journal.ts';
import { acceptedRows, openRows, type RowSource, type SourcedRow } from './row-source.ts';
import { runDevice, type RowVerdict } from './run-device.ts';
import type { VerdictWriter } from './verdict-writer.ts';
import type { WaveRecord } from './wave-record.ts';

/** What all providers of a run share. */
export interface Engine extends EngineOptions {
  readonly journal: Group<JournalEntry>;
  readonly writer: VerdictWriter;
  /** Rows whose verdict is not written yet. */
  readonly rows: Map<string, SourcedRow>;
  /** Nothing new is begun. */
  readonly stopped: AbortSignal;
  /** Nothing is waited for any more. */
  readonly letGo: AbortSignal;
  /** Ends the run: no row can be worked on safely any more. */
  readonly fail: (error: unknown) => void;
}

/** What of a provider's rows is worked on together. */
export interface Part {
  /** New rows to begin, by bulk change; null: all. */
  readonly shares: ReadonlyMap<string, number> | null;
  /** Rows that were begun before are worked on too. */
  readonly isFirst: boolean;
  /** Every row has had its turn afterwards. */
  readonly isLast: boolean;
  readonly record: WaveRecord;
}

/** One provider's side of a run. */
export interface ProviderRun {
  readonly bulkChangeIds: readonly string[];
  /** Works on rows, then waits for what the carrier accepted. */
  work(part: Part): Promise<void>;
  /** Why going on with the provider is pointless, else null. */
  readonly stop: RowError | null;
  /** Whether nothing new of it is begun any more: a gate, or credentials that are refused. */
  readonly isStopped: boolean;
  /** Rows that the carrier took and has not done, although they were waited for. */
  readonly atCarrier: number;
}

/** Between two looks at accepted changes: doubling from 1 s to 10 s. */
const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 10_000;

/** One provider's rows of these bulk changes, with a gate of their own. */
export function createProviderRun(providerId: number, bulkChanges: readonly BulkChangeInfo[], engine: Engine): ProviderRun {
  const { store, clock, stopped, letGo, pageSize } = engine;
  const ids = bulkChanges.map(({ id }) => id);
  const batches = createBatches();
  const gate = createGate(engine.gates);
  let stop: RowError | null = null;
  let isGated = false;
  /** Rows that the carrier took, of those that were worked on. */
  const taken = new Set<string>();
  let atCarrier = 0;
  const isWanted = (rowId: string): boolean => taken.has(rowId);
  const isOver = (): boolean => stop !== null || isGated || stopped.aborted;
  // What a carrier accepted is in progress: the first Ctrl-C, or a gate, lets it be finished.
  const isLetGo = (): boolean => stop !== null || letGo.aborted;
  const tell = (rule: string, message: string): void =>
    engine.emit({ type: 'gate', provider: bulkChanges[0]?.provider ?? '', rule, message, stops: true });

  const judge = ({ row }: SourcedRow, verdict: RowVerdict, record: WaveRecord): void => {
    record.take(verdict.status, row.change);
    if (verdict.status === 'ACCEPTED') taken.add(verdict.rowId);
    if (verdict.isAtCarrier) atCarrier += 1;
    if (verdict.stop !== null && stop === null) {
      stop = verdict.stop;
      tell(stop.class, stop.message);
    }
    const gated = gate.take(verdict);
    if (gated === null) return;
    isGated = true;
    tell(gated.rule, gated.message);
  };
  const workOn = async (source: RowSource, record: WaveRecord): Promise<void> => {
    atCarrier = 0;
    const worker = async (): Promise<void> => {
      for (let next = await source.next(); next !== null; next = await source.next())
        judge(next, await runRow(next, batches, engine), record);
    };
    await batches.runWorkers(Array.from({ length: engine.inProgress(providerId) }, () => () => worker().catch(engine.fail)));
    await store.release(await source.untaken());
  };

  return {
    bulkChangeIds: ids,
    work: async ({ shares, isFirst, isLast, record }) => {
      await workOn(openRows(store, ids, { pageSize, shares, withBegun: isFirst && engine.leavesBegun !== true }, isOver), record);
      const giveUpAt = clock.now() + engine.deadlineMs(providerId);
      // A device may wait for one procedure after another.
      while (isLast && !isOver() && taken.size > 0 && (await callWaiting(ids, engine)) > 0)
        await workOn(acceptedRows(store, ids, { pageSize, isWanted }, isOver), record);
      for (
        let waitMs = FIRST_LOOK_MS;
        atCarrier > 0 && !isLetGo() && clock.now() < giveUpAt;
        waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)
      ) {
        await engine.writer.written();
        await clock.sleep(waitMs, letGo).catch(() => undefined);
        await workOn(acceptedRows(store, ids, { pageSize, isWanted }, isLetGo), record);
      }
    },
    get stop() {
      return stop;
    },
    get isStopped() {
      return stop !== null || isGated;
    },
    get atCarrier() {
      return atCarrier;
    },
  };
}

/** Now that every row of the bulk changes had its turn: what is called once for all of them. */
async function callWaiting(ids: readonly string[], { store, writer }: Engine): Promise<number> {
  await writer.written();
  let waiting = 0;
  for (const id of ids) {
    waiting += await store.callWaiting(id);
  }
  return waiting;
}

async function runRow(item: SourcedRow, batches: Batches, engine: Engine): Promise<RowVerdict> {
  const { row, bulkChangeId, past } = item;
  engine.rows.set(row.rowId, item);
  const verdict = await runDevice(engine.perform(row.change), {
    rowId: row.rowId,
    attempt: row.attempt,
    past,
    audited: row.audited,
    journal: engine.journal,
    batches,
    clock: engine.clock,
    settleMs: engine.settleMs,
    callProcedure: (call, entry) => engine.store.callProcedure(bulkChangeId, call, entry),
    tell: (step, state, message, at = 'api') =>
      engine.emit({
        type: 'row.step',
        line: row.line,
        iccid: row.iccid,
        category: state === 'failed' ? 'error' : at,
        step,
        state,
        message,
      }),
    signal: engine.abort,
    onlySettle: engine.onlySettle ?? false,
  });
  if (!canBecome(row.status, verdict.status)) throw new Error(`Row ${row.rowId} cannot become ${verdict.status}: it is ${row.status}`);
  await engine.writer.add({ ...verdict, bulkChangeId, audit: atLeastOne(verdict, engine.preflight), ms: row.ms + verdict.ms });
  return verdict;
}

/** Every finished row has an audit row: one that failed before its first step gets a pre-flight row. */
function atLeastOne({ status, audit, message, error, isAnswered }: RowVerdict, preflight: string): readonly AuditEntry[] {
  if (audit.length > 0 || status !== 'FAILED' || isAnswered) return audit;
  return [{ description: preflight, request: error?.code ?? '', response: message, hasErrors: true }];
}
