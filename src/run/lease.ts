import type { Clock } from '../domain/clock.ts';
import { PondBulkError } from '../domain/errors.ts';
import type { Lease, LeaseHolder, RunStore } from './run-store.ts';

/** A holder that says nothing for so long is taken for dead. */
export const LEASE_MS = 30_000;
const HEARTBEAT_MS = 5000;
const LOOK_MS = 500;

/** What taking and holding leases needs. */
export interface Leasing {
  readonly store: RunStore;
  readonly holder: LeaseHolder;
  readonly clock: Clock;
  /** Whether a process of this host is alive. */
  readonly isAlive: (pid: number) => boolean;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Takes the leases of bulk changes, waiting for dead holders elsewhere. Rejects with PondBulkError (locked) when somebody is at work on one. */
export async function takeLeases(bulkChangeIds: readonly string[], leasing: Leasing): Promise<void> {
  for (const id of bulkChangeIds) await take(id, leasing);
}

async function take(bulkChangeId: string, { store, holder, clock, isAlive, warn, signal }: Leasing): Promise<void> {
  const first = await store.readLease(bulkChangeId);
  for (let seen: Lease | null = first; ; seen = await store.readLease(bulkChangeId)) {
    if (seen !== null && isOurs(seen, holder)) return;
    if (seen === null || isDead(seen, holder, isAlive)) {
      if (await store.takeLease(bulkChangeId, holder, seen)) return;
      // Somebody else was quicker: look again.
      await clock.sleep(LOOK_MS, signal);
      continue;
    }
    // A holder here that is alive, or one elsewhere that has just given a sign of life.
    if (seen.host === holder.host || (first !== null && seen.heartbeatAt !== first.heartbeatAt)) throw locked(bulkChangeId, seen);
    if (seen === first)
      warn(`Bulk change ${bulkChangeId} is held by a run on ${seen.host}; waiting for up to ${LEASE_MS / 1000} s for a sign of life`);
    await clock.sleep(LOOK_MS, signal);
  }
}

/** Whether the run that holds this lease is gone: its process on this host is dead, or it gave no sign of life for 30 s. */
export function isDead(lease: Lease, holder: Pick<LeaseHolder, 'host' | 'pid'>, isAlive: (pid: number) => boolean): boolean {
  // A process with our own number that is not us is gone: containers give the same numbers again.
  if (lease.host === holder.host && (lease.pid === holder.pid || !isAlive(lease.pid))) return true;
  return lease.silentMs > LEASE_MS;
}

function isOurs(lease: Lease, holder: LeaseHolder): boolean {
  return lease.runId === holder.runId && lease.pid === holder.pid && lease.host === holder.host;
}

function locked(bulkChangeId: string, { host, pid, runId }: Lease): PondBulkError {
  return new PondBulkError(
    'locked',
    'BULK_CHANGE_LOCKED',
    `Run ${runId} (process ${pid} on ${host}) is at work on bulk change ${bulkChangeId}. Wait until it is done`,
  );
}

/** Leases that are held: renewed until the signal, and asked about before anything is written. */
export interface HeldLeases {
  /** Rejects with PondBulkError (locked) once a lease is not ours any more, however long the process was suspended. */
  readonly pass: () => Promise<void>;
  /** Says every few seconds that we are alive. Resolves with the signal. */
  readonly keeping: Promise<void>;
}

/** Holds `count` leases that were taken; `onLost` when one is not ours any more. */
export function holdLeases(
  count: number,
  { store, holder, clock, warn, signal }: Leasing,
  onLost: (error: PondBulkError) => void,
): HeldLeases {
  let provenAt = -Infinity;
  let lost: PondBulkError | null = null;
  let beating: Promise<void> | null = null;
  const beat = async (): Promise<void> => {
    // Before the statement: it may be answered long after it was done.
    const at = clock.now();
    const held = await store.beatLeases(holder);
    provenAt = at;
    if (held >= count || lost !== null) return;
    lost = new PondBulkError('locked', 'LEASE_LOST', 'Another run took a bulk change over: this one stopped. Resume when that is done');
    onLost(lost);
  };
  const prove = (): Promise<void> => (beating ??= beat().finally(() => (beating = null)));
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, signal).catch(() => undefined);
      if (signal.aborted || lost !== null) return;
      await prove().catch((error: unknown) =>
        warn(`The lease could not be renewed: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  };
  return {
    keeping: keep(),
    pass: async () => {
      // Nobody takes over before LEASE_MS: what was proven shortly before needs no question.
      if (clock.now() - provenAt > LEASE_MS - 2 * HEARTBEAT_MS) await prove();
      if (lost !== null) throw lost;
    },
  };
}
