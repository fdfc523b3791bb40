import type { DeviceState, RowError } from './result.ts';
import type { RowStatus } from './status.ts';

/** One change of a device, as a run of ours made it (or tried to). */
export interface DeviceChapter {
  readonly run: string;
  readonly command: string;
  /** The run that it takes back; null where it takes none back. */
  readonly rollbackOf: string | null;
  readonly operator: string;
  readonly reason: string | null;
  /** `yyyy-MM-dd HH:mm:ss.SSS`, UTC. */
  readonly startedAt: string;
  readonly bulkChangeId: string;
  readonly provider: string | null;
  readonly line: number;
  readonly iccid: string;
  readonly phoneNumber: string | null;
  readonly status: RowStatus;
  readonly message: string;
  readonly error: RowError | null;
  readonly before: DeviceState | null;
  readonly after: DeviceState | null;
  readonly attempts: number;
  readonly steps: readonly LifeStep[];
  readonly audit: readonly LifeAudit[];
}

/** One entry of the step journal. */
export interface LifeStep {
  /** As `startedAt`. */
  readonly at: string;
  readonly attempt: number;
  readonly step: string;
  /** `sent`, or how it ended: done, refused, accepted, lost, absent; `noted` for what was read before it. */
  readonly what: string;
  /** What was sent, or answered. */
  readonly text: string;
}

/** One row of DeviceBulkChangeLog. */
export interface LifeAudit {
  readonly at: string;
  readonly description: string;
  readonly request: string;
  readonly response: string;
  readonly hasErrors: boolean;
}
