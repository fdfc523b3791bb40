/** The one final status of every input row (README, "Row statuses"). */
export const ROW_STATUSES = [
  'PLANNED',
  'APPLIED',
  'NOOP',
  'ACCEPTED',
  'UNKNOWN',
  'FAILED',
  'COMPENSATED',
  'REJECTED',
  'STALE',
  'SKIPPED',
  'NOT_STARTED',
] as const;

export type RowStatus = (typeof ROW_STATUSES)[number];

/** How a row status is written in the operator's device-change table. */
export interface DeviceChangeState {
  readonly status: 'NEW' | 'PROCESSING' | 'PROCESSED' | 'ERROR';
  readonly isProcessed: boolean;
  readonly hasErrors: boolean;
}

/** The device-change columns of a row status; null for those that have no device-change row. */
export function deviceChangeState(status: RowStatus): DeviceChangeState | null {
  switch (status) {
    case 'PLANNED':
    case 'SKIPPED':
      return null;
    case 'APPLIED':
    case 'NOOP':
      return { status: 'PROCESSED', isProcessed: true, hasErrors: false };
    case 'ACCEPTED':
    case 'UNKNOWN':
      return { status: 'PROCESSING', isProcessed: false, hasErrors: false };
    case 'FAILED':
    case 'COMPENSATED':
    case 'REJECTED':
    case 'STALE':
      return { status: 'ERROR', isProcessed: true, hasErrors: true };
    case 'NOT_STARTED':
      return { status: 'NEW', isProcessed: false, hasErrors: false };
    default:
      return status satisfies never;
  }
}
