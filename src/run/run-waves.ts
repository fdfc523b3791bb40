import type { RowError } from '../domain/result.ts';
import type { WaveOptions } from './engine-options.ts';
import type { Engine, ProviderRun } from './run-provider.ts';
import { verifyWave, type Mismatch, type Verified } from './verify-wave.ts';
import { createWaveRecord, type WaveRecord } from './wave-record.ts';
import { nextWave, shareOut, type Wave } from './waves.ts';

/** What the waves of a run need to know of its database. */
export interface WaveCounts {
  /** Rows that are still to do, by bulk change. */
  readonly open: () => Promise<ReadonlyMap<string, number>>;
  /** Verdicts that the database did not take. */
  readonly unwritten: () => number;
}

const NOT_VERIFIED: Verified = { mismatch: null, shown: 0, unseen: 0 };

/**
 * Works on rows wave by wave. A wave is followed by the next when nothing of it is in doubt, at least one of its rows came through,
 * its applied rows are read back as wanted, and whoever holds it lets it go. Resolves to the error that read-back stopped with.
 */
export async function runInWaves(
  providers: readonly ProviderRun[],
  { waves, readPlan, hold }: WaveOptions,
  engine: Engine,
  counts: WaveCounts,
): Promise<RowError | null> {
  const { clock, settleMs, writer, stopped } = engine;
  const tell = (message: string, stops: boolean): void => engine.emit({ type: 'gate', provider: '', rule: 'wave', message, stops });
  for (let isFirst = true; ; isFirst = false) {
    const open = await counts.open();
    const wave = nextWave(waves, sum(open.values()));
    const going = providers.filter(({ isStopped }) => !isStopped);
    const ofGoing = new Map(going.flatMap(({ bulkChangeIds }) => bulkChangeIds.map((id) => [id, open.get(id) ?? 0])));
    const isLast = wave === null || sum(ofGoing.values()) <= wave.rows;
    const shares = isLast ? null : shareOut(wave.rows, ofGoing);
    const record = createWaveRecord(() => clock.random());
    await Promise.all(going.map((provider) => provider.work({ shares, isFirst, isLast, record })));
    await writer.written();
    if (isLast || stopped.aborted || providers.every(({ isStopped }) => isStopped)) return null;

    const inDoubt = record.unknown + sum(providers.map(({ atCarrier }) => atCarrier)) + counts.unwritten();
    const doubtful = doubt(record, inDoubt);
    const { mismatch, shown, unseen } =
      doubtful === null
        ? await verifyWave(record.applied, { readPlan, clock, settleMs, signal: stopped }).catch((error: unknown): Verified => {
            if (!stopped.aborted) throw error;
            return NOT_VERIFIED;
          })
        : { ...NOT_VERIFIED, mismatch: doubtful };
    if (stopped.aborted) return null;
    const name = `Wave ${wave.n} of ${wave.of}`;
    if (mismatch !== null) {
      tell(`${name}: ${mismatch.message}`, true);
      return mismatch.error;
    }
    const readBack = `${shown} read back as wanted${unseen === 0 ? '' : `, ${unseen} cannot be read back`}`;
    tell(`${name} is done: ${rowsOf(record.done + record.failed)}, ${record.failed} failed, ${readBack}`, false);
    const next = nextWave(waves, sum((await counts.open()).values()));
    if (hold === null || next === null) continue;
    const held = await hold(next, stopped);
    if (stopped.aborted) return null;
    if (held === null) continue;
    tell(`${nameOf(next)} is held: ${held}`, true);
    return null;
  }
}

function nameOf({ n, of, rows }: Wave): string {
  return `Wave ${n} of ${of} (${rowsOf(rows)})`;
}

function rowsOf(count: number): string {
  return `${count} row${count === 1 ? '' : 's'}`;
}

/** Why a wave proves nothing, whatever the carriers show. */
function doubt({ done, failed }: WaveRecord, inDoubt: number): Mismatch | null {
  if (inDoubt > 0) return { message: `${inDoubt} of its rows are not settled`, error: null };
  return done === 0 && failed > 0 ? { message: 'none of its rows came through', error: null } : null;
}

function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
