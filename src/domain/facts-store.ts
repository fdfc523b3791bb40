import type { Lookups, RowFacts } from './facts.ts';
import type { Change } from './change.ts';
import type { List, RowValues } from './list-row.ts';
import type { CarrierProcedure } from './procedure.ts';
import type { Operator } from './operator.ts';
import type { PlanQuota } from './plan-refusals.ts';

/** What validation asks the operator's database. All of it can be had from a database that cannot be written to. */
export interface FactsStore {
  /** Who the operator is and what he may do. Rejects with PondBulkError (credentials) for an unknown one. */
  operator(name: string): Promise<Operator>;
  /** DeviceChangeRequestType: numbers by name. */
  changeTypes(): Promise<ReadonlyMap<string, number>>;
  /** Whether customers are assigned by a procedure of the database. */
  assignsByProcedure(): Promise<boolean>;
  /** Rejects with PondBulkError (config) when a procedure that a change would call requires a parameter that cannot be filled. */
  requireCallable(change: Change['kind']): Promise<void>;
  /** The procedure of this name, by which a carrier's plans are changed. Never rejects because of what is wrong with it. */
  carrierProcedure(name: string): Promise<CarrierProcedure>;
  /** Loads the list and finds its devices, in a fixed number of statements. */
  prepare(list: List, want: FactsWanted): Promise<PreparedList>;
}

/** Which facts of a list are wanted. */
export interface FactsWanted {
  readonly operator: Operator;
  /** Only devices of this provider; null means of any. */
  readonly providerId: number | null;
  /** Values for rows that have none of their own. */
  readonly defaults: RowValues;
  /** The live service line and its products. */
  readonly services: boolean;
  /** The first active day. */
  readonly activation: boolean;
  /** Providers whose devices may be changed so often a month only, and the first day (`yyyy-MM-dd`) from which it is counted. */
  readonly quotas?: { readonly since: string; readonly providers: readonly CountedProvider[] };
}

/** What counts as a plan change of a provider's devices. */
export interface CountedProvider extends Pick<PlanQuota, 'audit' | 'step'> {
  readonly providerId: number;
}

/** A list beside what the database knows about it. */
export interface PreparedList {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Rows with a readable key. */
  readonly readable: number;
  readonly luhnFailures: number;
  readonly lookups: Lookups;
  /** Facts of every row in input order, a page at a time; can be read again. */
  facts(): AsyncIterable<readonly RowFacts[]>;
  /** Facts of the rows on these lines. */
  page(lines: LineRange): Promise<readonly RowFacts[]>;
}

/** The lines after one, up to and with another. */
export interface LineRange {
  readonly afterLine: number;
  readonly throughLine: number;
}
