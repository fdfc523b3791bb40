import { ROW_STATUSES, type RowStatus } from './status.ts';

/** Statuses of rows that a run works on. */
const OPEN = ['NOT_STARTED', 'UNKNOWN', 'ACCEPTED'] as const satisfies readonly RowStatus[];

/** How a row that was worked on may stand afterwards. */
const WORKED_ON = [...OPEN, 'APPLIED', 'NOOP', 'FAILED', 'COMPENSATED', 'REJECTED', 'STALE'] as const satisfies readonly RowStatus[];

/**
 * The life of a saved row: what each status may become, by a run (from an open one) or by `retry` (back to NOT_STARTED). Whatever
 * is not here cannot happen: the engine checks it before a verdict is written, and the database statement that writes it again.
 */
const NEXT: Readonly<Record<RowStatus, readonly RowStatus[]>> = {
  // Only ever told by a dry run.
  PLANNED: [],
  NOT_STARTED: WORKED_ON,
  // What was sent once is never unsent: it is settled, found not to have happened, or still in doubt.
  UNKNOWN: WORKED_ON,
  ACCEPTED: WORKED_ON.filter((status) => status !== 'NOT_STARTED'),
  FAILED: ['NOT_STARTED'],
  COMPENSATED: ['NOT_STARTED'],
  REJECTED: ['NOT_STARTED'],
  STALE: ['NOT_STARTED'],
  APPLIED: [],
  NOOP: [],
  SKIPPED: [],
};

/** Whether a saved row may go from one status to another; staying as it is is a step too. */
export function canBecome(from: RowStatus, to: RowStatus): boolean {
  return NEXT[from].includes(to);
}

/** Statuses of rows that a run works on, for statements. */
export const OPEN_STATUSES: readonly RowStatus[] = OPEN;

/** Statuses that nothing changes any more. */
export const FINAL_STATUSES: readonly RowStatus[] = ROW_STATUSES.filter((status) => NEXT[status].length === 0);
