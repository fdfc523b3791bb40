import type { HttpAnswer, HttpClient } from './http.ts';
import type { Outcome } from './outcome.ts';
import type { PlanChange } from './plan-change.ts';
import type { PlanQuota } from './plan-refusals.ts';
import type { DeviceState } from './result.ts';
import type { Steps } from './step.ts';

/** What a carrier can do about dates in the future. */
export type EffectiveDateRule = { readonly kind: 'none' } | { readonly kind: 'days'; readonly max: number } | { readonly kind: 'any' };

/** What a carrier needs to know about a device or plan before a change can be sent. */
export type CarrierNeed = 'package-type' | 'plan-uuid' | 'eid' | 'phone-number' | 'phone-number-10' | 'iccid-19' | 'not-suspended';

/** Settings of one account, by their names without the integration's prefix (`BASE_URL`, `API_KEY`). */
export type AccountSettings = Readonly<Record<string, string>>;

/** One system on the other side of the wire: its settings, its pace and how it speaks of limits. */
export interface Integration {
  /** Name in messages. */
  readonly name: string;
  /** Prefix of its settings, e.g. `POND`. */
  readonly prefix: string;
  /** Setting names without the prefix; those in `optional` may be missing. */
  readonly settings: readonly string[];
  readonly optional: Readonly<Record<string, string>>;
  /** Settings that hold secrets: masked and redacted everywhere. */
  readonly secrets: readonly string[];
  /** Settings that together name the account whose limits are shared. */
  readonly accountKey: readonly string[];
  readonly pace: { readonly concurrency: number; readonly perSecond: number | null; readonly source: string };
  /** Pace documented by its owner: flags never lift it. */
  readonly documented: { readonly concurrency: number | null; readonly perSecond: number | null };
  readonly timeoutMs: number;
  /** How many devices share one request, when nothing else is set; left out where each has its own. */
  readonly batchSize?: number;
  /** How long a change whose answer was lost may take to show, where that is longer than elsewhere. */
  readonly settleMs?: number;
  headers(settings: AccountSettings): Readonly<Record<string, string>>;
  /** Milliseconds to wait when the answer means "too many calls", else null. */
  limitedFor(answer: HttpAnswer): number | null;
  /** Whether a read that was answered so may be tried again; server errors always may. */
  isTransient?(answer: HttpAnswer): boolean;
  /** Whether the answer refuses the credentials, so that nothing more is sent with them; left out where only their provider uses them. */
  isLoginRefused?(answer: HttpAnswer): boolean;
}

/** One carrier integration: everything that sets it apart. A carrier is one such definition and one line in carriers/registry.ts. */
export interface Carrier extends Integration {
  /** Integration.Name in the operator's database. */
  readonly integration: string;
  readonly portal: 'M2M' | 'Mobility';
  readonly needs: readonly CarrierNeed[];
  readonly effectiveDate: EffectiveDateRule;
  /** What lists and flags call comm plan; null where it has none. */
  readonly commPlan: 'communication plan' | 'IP pool' | null;
  /** The stored procedure of the operator's database that makes the changes; such a carrier has no account and no settings. */
  readonly procedure?: string;
  /** Left out where changes are not counted. */
  readonly quota?: PlanQuota;
  /** Whether a change is accepted first, and done some time after its answer. */
  readonly doneLater: boolean;
  /** The calls that tell afterwards whether a change happened (`GET /devices/{iccid}`); none where nobody can be asked. */
  readonly readBack: readonly string[];
  connect(account: CarrierAccount): CarrierConnection;
}

/** What connecting to an account of a carrier takes. */
export interface CarrierAccount {
  readonly http: HttpClient;
  readonly settings: AccountSettings;
  /** Which of these package ids POND_Package holds for the ICCID. */
  readonly knownPackages: (iccid: string) => Promise<readonly string[]>;
  /** How many devices may share one request. */
  readonly batchSize: number;
  /** How long a lost change is read back, where that is not the run's own time. */
  readonly settleMs?: number | undefined;
  /** What `create` made for the account first, whichever provider asks: a login is one for all of them. */
  readonly shared: <T>(create: () => T) => T;
}

/** A carrier, as changes use it. */
export interface CarrierConnection {
  /** The device's plan as the carrier knows it now; null where the carrier cannot be asked. Rejects with CallFailed. */
  readPlan(change: PlanChange, signal: AbortSignal): Promise<DeviceState | null>;
  /** Moves one device to the wanted plan, in the carrier's own way. */
  changePlan(change: PlanChange, steps: Steps): Promise<Outcome>;
}
