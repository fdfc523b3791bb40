import type { Change } from './judge.ts';
import type { RowStatus } from './status.ts';

/** A saved row that is to be worked on. */
export interface OpenRow {
  readonly rowId: string;
  readonly line: number;
  readonly iccid: string;
  readonly change: Change;
  readonly status: RowStatus;
  readonly attempt: number;
  /** Journal entries that have their audit rows already. */
  readonly audited: number;
  /** Time spent on it in earlier runs. */
  readonly ms: number;
}
