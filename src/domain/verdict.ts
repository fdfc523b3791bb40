import type { Carrier } from './carrier.ts';
import type { ChangeRequest } from './change-request.ts';
import type { Change } from './change.ts';
import type { LookupIndex } from './lookup-index.ts';
import type { DeviceState } from './result.ts';

/** What the rules make of one row. */
export type Verdict =
  | { readonly status: 'SKIPPED' | 'REJECTED' | 'STALE'; readonly code: string; readonly message: string; readonly hint: string | null }
  /** `isNoop`: already as wanted, as far as the database knows. */
  | { readonly status: 'PLANNED'; readonly isNoop: boolean; readonly change: Change; readonly after: DeviceState };

/** What the rules need beside the row. */
export interface Judging {
  readonly request: ChangeRequest;
  readonly index: LookupIndex;
  readonly carrierOf: (integration: string) => Carrier | undefined;
}
