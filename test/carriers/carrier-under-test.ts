import type { Fault } from '../../src/sandbox/simulator/faults.ts';
import type { SimulatorState } from '../../src/sandbox/simulator/simulator-state.ts';

/** Which calls a fault strikes. */
export interface CallMatch {
  readonly method?: string;
  readonly path?: string;
}

/** What the conformance suite has to know about a carrier. A new carrier adds one of these, and its line in under-test.ts. */
export interface CarrierUnderTest {
  /** Integration.Name in the operator's database. */
  readonly integration: string;
  /** Name of its simulated service. */
  readonly service: Fault['service'];
  /** ICCIDs of three devices of the sample fleet, all on `planBefore`. */
  readonly devices: readonly [string, string, string];
  readonly planBefore: string;
  /** What the devices are moved to. */
  readonly plan: string;
  /** The read that a change begins with. */
  readonly read: CallMatch;
  /** The reads that tell afterwards whether it happened, where there are others. */
  readonly readBack?: CallMatch;
  /** The first call that has an effect. */
  readonly write: CallMatch;
  /** What one change leaves in the ledger of the simulator; each effect is a step with one answer in the journal. */
  readonly changedOnce: Readonly<Record<string, number>>;
  /** LogEntryDescription of the audit rows that one change leaves, in order; those of the steps come first. */
  readonly audit: readonly string[];
  /** Devices share a request: one that is refused for one of two is sent again for each of them. */
  readonly sharesRequests?: boolean;
  /** A call that is refused with 401 is made once more, with a new token. */
  readonly renewsToken?: boolean;
  /** Whom the simulated carrier knows the device as. */
  subject(iccid: string): string;
  /** Whether nothing that the carrier accepted is still to be done; left out where all is done at once. */
  isQuiet?(carriers: SimulatorState): boolean;
  /** The plan that the device has at the simulated carrier now; several are told too. */
  planAt(carriers: SimulatorState, iccid: string): string;
}
