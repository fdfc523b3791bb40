import type { QueuedPlan } from '../domain/assignment.ts';
import type { DueChange, DueRow } from '../domain/due.ts';
import type { Portal } from '../domain/effect.ts';
import type { NamedId, Provider } from '../domain/facts.ts';
import type { MadeDue } from '../domain/made-due.ts';
import type { RunRecord } from '../domain/run-store.ts';

/** Whose queued changes are looked for. */
export interface DueScope {
  readonly tenantId: number;
  /** Providers whose devices the operator may change. */
  readonly providers: readonly Provider[];
  /** Milliseconds since the epoch, UTC. */
  readonly now: number;
}

/** A customer plan change that was queued. */
export interface QueuedChange extends QueuedPlan {
  readonly portal: Portal;
  readonly deviceId: number;
  /** Nobody has made it or taken it out yet. */
  readonly isWaiting: boolean;
}

/** Queued customer plan changes, for those who only look. */
export interface DueReader {
  /** Those whose day has come, in the order of their dates. */
  find(scope: DueScope): Promise<readonly DueChange[]>;
  /** Those that were queued since then for devices of these bulk changes, whether they still wait or not. */
  queuedFor(bulkChangeIds: readonly string[], since: string): Promise<readonly QueuedChange[]>;
  /** Whether it is still in the queue. */
  isWaiting(queueId: number): Promise<boolean>;
  /** Customer rate plans and pools that are in use. */
  lookups(tenantId: number): Promise<{ readonly plans: readonly NamedId[]; readonly pools: readonly NamedId[] }>;
}

/** Due changes of one provider and portal, in the order of their dates. */
export interface DueBatch {
  readonly run: RunRecord;
  /** The run is written down with its first bulk change. */
  readonly isFirst: boolean;
  readonly tenantId: number;
  readonly providerId: number;
  readonly portal: DueChange['portal'];
  readonly changeRequestTypeId: number;
  readonly changes: readonly DueRow[];
}

/** Queued changes that are held by this process now. */
export interface TakenDue {
  /** Null when somebody else had taken every one of them. */
  readonly bulkChangeId: string | null;
  /** Those that were taken. */
  readonly made: readonly MadeDue[];
}

/** Queued customer plans and pools whose day has come. */
export interface DueStore {
  /** Takes changes from the queue and makes them: in one transaction, so that nobody else ever makes one of them too. */
  take(batch: DueBatch): Promise<TakenDue>;
  finish(runId: string, exitCode: number): Promise<void>;
}
