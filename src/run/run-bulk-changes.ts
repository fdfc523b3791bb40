import { PondBulkError } from '../domain/errors.ts';
import type { Emit } from '../domain/event.ts';
import type { RowError } from '../domain/result.ts';
import type { BulkChangeInfo } from '../domain/run-store.ts';
import type { EngineOptions } from './engine-options.ts';
import { createGroup } from './group.ts';
import type { SourcedRow } from './row-source.ts';
import type { RowVerdict } from './run-device.ts';
import { createProviderRun, type Engine } from './run-provider.ts';
import { runInWaves } from './run-waves.ts';
import { unwritten } from './unwritten.ts';
import { createVerdictWriter } from './verdict-writer.ts';
import { createWaveRecord } from './wave-record.ts';
import { openOf } from './waves.ts';

/** Why rows may be left over. */
export interface Stops {
  readonly auth: boolean;
  readonly limit: boolean;
}

/** Journal entries wait so long for those of other devices. */
const JOURNAL_LINGER_MS = 15;
const JOURNAL_TOGETHER = 1000;

/**
 * Works on the open rows of bulk changes until none is left: providers side by side, each with its own devices in
 * progress. Resolves when every verdict is on disk. Rejects when the run cannot go on; the journal is safe then.
 */
export async function runBulkChanges(bulkChanges: readonly BulkChangeInfo[], options: EngineOptions): Promise<Stops> {
  const { store, clock, emit } = options;
  const failure = new AbortController();
  const rows = new Map<string, SourcedRow>();
  let unwrittenRows = 0;
  const writer = createVerdictWriter({
    store,
    clock,
    onWritten: (verdict) => tellResult(verdict, rows, bulkChanges, emit),
    onUnwritten: async ({ rowId }, cause) => {
      unwrittenRows += 1;
      const error = unwritten(cause);
      emit({ type: 'warning', message: `${rows.get(rowId)?.row.iccid ?? rowId}: ${error.message}; ${error.hint}` });
      // Where nothing can be written the note cannot either, and it is not worth waiting for: the row is UNKNOWN without it too.
      if (!(cause instanceof PondBulkError)) await store.noteUnwritten(rowId, error).catch(() => undefined);
    },
  });
  const engine: Engine = {
    ...options,
    journal: createGroup(store.append, { lingerMs: JOURNAL_LINGER_MS, max: JOURNAL_TOGETHER }, clock),
    writer,
    rows,
    stopped: AbortSignal.any([options.drain, options.abort, failure.signal]),
    letGo: AbortSignal.any([options.abort, failure.signal]),
    fail: (error) => failure.abort(error),
  };
  const ids = bulkChanges.map(({ id }) => id);
  const runId = bulkChanges[0]?.runId ?? '';
  await store.begin(ids);
  const byProvider = Map.groupBy(bulkChanges, ({ providerId }) => providerId);
  const providers = [...byProvider].map(([providerId, mine]) => createProviderRun(providerId, mine, engine));
  let misread: RowError | null = null;
  if (options.waves === null) {
    const whole = { shares: null, isFirst: true, isLast: true, record: createWaveRecord(() => clock.random()) };
    await Promise.all(providers.map((provider) => provider.work(whole)));
  } else {
    misread = await runInWaves(providers, options.waves, engine, {
      open: async () => openOf((await store.findRun(runId))?.bulkChanges.filter(({ id }) => ids.includes(id)) ?? []),
      unwritten: () => unwrittenRows,
    });
  }
  await writer.written();
  if (failure.signal.aborted) throw failure.signal.reason;
  const stops = [misread, ...providers.map(({ stop }) => stop)];
  return { auth: stops.some((error) => error?.class === 'auth'), limit: stops.some((error) => error?.class === 'limit') };
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
