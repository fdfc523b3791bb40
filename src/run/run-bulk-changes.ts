import type { Clock } from '../domain/clock.ts';
import type { Emit } from '../domain/event.ts';
import type { Change } from '../domain/judge.ts';
import { canBecome } from '../domain/row-states.ts';
import type { AuditEntry, Outcome } from '../domain/outcome.ts';
import type { RowError } from '../domain/result.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { Steps } from '../domain/step.ts';
import { createBatches, type Batches } from './batches.ts';
import { createGroup, type Group } from './group.ts';
import type { JournalEntry } from './journal.ts';
import type { Probe } from './probe.ts';
import { acceptedRows, openRows, type RowSource, type SourcedRow } from './row-source.ts';
import { runDevice, type RowVerdict } from './run-device.ts';
import type { RunStore } from './run-store.ts';
import { createVerdictWriter, type VerdictWriter } from './verdict-writer.ts';

export interface EngineOptions {
  readonly store: RunStore;
  readonly clock: Clock;
  readonly probe: Probe;
  readonly emit: Emit;
  /** The way of a change: plain code over steps. */
  readonly perform: (change: Change) => (steps: Steps) => Promise<Outcome>;
  /** LogEntryDescription of a row that fails without a step. */
  readonly preflight: string;
  /** Rows per claim. */
  readonly pageSize: number;
  /** How long a lost write is read back before it counts as not happened. */
  readonly settleMs: number;
  /** How many devices of a provider are in progress at once. */
  readonly inProgress: (providerId: number) => number;
  /** How long an accepted change is polled. */
  readonly deadlineMs: (providerId: number) => number;
  /** First Ctrl-C: nothing new is begun. */
  readonly drain: AbortSignal;
  /** Second Ctrl-C, or a lost lease: requests in flight are let go. */
  readonly abort: AbortSignal;
  /** Nothing is sent: rows that were begun are read back and decided (run/only-settle.ts). */
  readonly onlySettle?: boolean;
}

/** Why rows may be left over. */
export interface Stops {
  readonly auth: boolean;
  readonly limit: boolean;
}

/** Journal entries wait so long for those of other devices. */
const JOURNAL_LINGER_MS = 15;
const JOURNAL_TOGETHER = 1000;
/** Members of a batched step wait so long for company. */
const BATCH_LINGER_MS = 50;
/** Between two looks at accepted changes: doubling from 1 s to 10 s. */
const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 10_000;

/**
 * Works on the open rows of bulk changes until none is left: providers side by side, each with its own devices in
 * progress. Resolves when every verdict is on disk. Rejects when the run cannot go on; the journal is safe then.
 */
export async function runBulkChanges(bulkChanges: readonly BulkChangeInfo[], options: EngineOptions): Promise<Stops> {
  const { store, clock, probe, emit } = options;
  const failure = new AbortController();
  const rows = new Map<string, SourcedRow>();
  const writer = createVerdictWriter({
    store,
    probe,
    clock,
    onWritten: (verdict) => tellResult(verdict, rows, bulkChanges, emit),
    onUnwritten: ({ rowId }, error) => {
      const message = error instanceof Error ? error.message : String(error);
      emit({
        type: 'warning',
        message: `${rows.get(rowId)?.row.iccid ?? rowId}: the database did not take the result (${message}); resume writes it`,
      });
    },
  });
  const engine: Engine = {
    ...options,
    journal: createGroup(store.append, { lingerMs: JOURNAL_LINGER_MS, max: JOURNAL_TOGETHER }, clock),
    batches: createBatches(BATCH_LINGER_MS, clock),
    writer,
    rows,
    stopped: AbortSignal.any([options.drain, options.abort, failure.signal]),
    letGo: AbortSignal.any([options.abort, failure.signal]),
    fail: (error) => failure.abort(error),
  };
  await store.begin(bulkChanges.map(({ id }) => id));
  const byProvider = Map.groupBy(bulkChanges, ({ providerId }) => providerId);
  const stops = await Promise.all([...byProvider].map(([providerId, mine]) => runProvider(providerId, mine, engine)));
  await writer.written();
  if (failure.signal.aborted) throw failure.signal.reason;
  return { auth: stops.some((error) => error?.class === 'auth'), limit: stops.some((error) => error?.class === 'limit') };
}

interface Engine extends EngineOptions {
  readonly journal: Group<JournalEntry>;
  readonly batches: Batches;
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

/** Works on one provider's rows, then waits for what its carrier accepted. Resolves to what stopped it, else null. */
async function runProvider(providerId: number, bulkChanges: readonly BulkChangeInfo[], engine: Engine): Promise<RowError | null> {
  const { store, clock, stopped, letGo, pageSize } = engine;
  const ids = bulkChanges.map(({ id }) => id);
  let stop: RowError | null = null;
  let accepted = 0;
  let atCarrier = 0;
  const isOver = (): boolean => stop !== null || stopped.aborted;
  // What a carrier accepted is in progress: the first Ctrl-C lets it be finished.
  const isLetGo = (): boolean => stop !== null || letGo.aborted;
  const work = async (source: RowSource): Promise<void> => {
    accepted = 0;
    atCarrier = 0;
    const worker = async (): Promise<void> => {
      for (let next = await source.next(); next !== null; next = await source.next()) {
        const verdict = await runRow(next, engine);
        if (verdict.status === 'ACCEPTED') accepted += 1;
        if (verdict.isAtCarrier) atCarrier += 1;
        if (verdict.stop !== null && stop === null) {
          stop = verdict.stop;
          engine.emit({ type: 'gate', provider: bulkChanges[0]?.provider ?? '', rule: stop.class, message: stop.message });
        }
      }
    };
    await Promise.all(Array.from({ length: engine.inProgress(providerId) }, () => worker().catch(engine.fail)));
    await store.release(await source.untaken());
  };
  await work(openRows(store, ids, pageSize, isOver));
  if (!isOver() && accepted > 0 && (await callWaiting(ids, engine)) > 0) await work(acceptedRows(store, ids, pageSize, isOver));
  const giveUpAt = clock.now() + engine.deadlineMs(providerId);
  for (let waitMs = FIRST_LOOK_MS; atCarrier > 0 && !isLetGo() && clock.now() < giveUpAt; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
    await engine.writer.written();
    await clock.sleep(waitMs, letGo).catch(() => undefined);
    await work(acceptedRows(store, ids, pageSize, isLetGo));
  }
  return stop;
}

/** Now that every row of the bulk changes had its turn: what is called once for all of them. */
async function callWaiting(ids: readonly string[], { store, writer, probe }: Engine): Promise<number> {
  await writer.written();
  let waiting = 0;
  for (const id of ids) {
    await probe('before send', id);
    waiting += await store.callWaiting(id);
    await probe('after send', id);
  }
  return waiting;
}

async function runRow(item: SourcedRow, engine: Engine): Promise<RowVerdict> {
  const { row, bulkChangeId, past } = item;
  engine.rows.set(row.rowId, item);
  const verdict = await runDevice(engine.perform(row.change), {
    rowId: row.rowId,
    attempt: row.attempt,
    past,
    audited: row.audited,
    journal: engine.journal,
    batches: engine.batches,
    clock: engine.clock,
    settleMs: engine.settleMs,
    probe: engine.probe,
    callProcedure: (call, entry) => engine.store.callProcedure(bulkChangeId, call, entry),
    tell: (step, state, message) =>
      engine.emit({
        type: 'row.step',
        line: row.line,
        iccid: row.iccid,
        category: state === 'failed' ? 'error' : 'api',
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

function tellResult(verdict: RowVerdict, rows: Map<string, SourcedRow>, bulkChanges: readonly BulkChangeInfo[], emit: Emit): void {
  const item = rows.get(verdict.rowId);
  rows.delete(verdict.rowId);
  if (item === undefined) return;
  const { row, bulkChangeId } = item;
  const { status, after, ms, message, error } = verdict;
  const { iccid, msisdn } = row.change.device;
  const provider = bulkChanges.find(({ id }) => id === bulkChangeId)?.provider ?? null;
  const known = { line: row.line, iccid, phoneNumber: msisdn, provider, bulkChangeId, before: row.change.before };
  emit({ type: 'row.result', ...known, status, after, attempts: row.attempt, ms, message, error });
}
