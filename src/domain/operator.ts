import type { Provider } from './facts.ts';

/** The person a run acts for, and what he may touch. */
export interface Operator {
  readonly name: string;
  readonly tenantId: number;
  /** Every service provider in use, of all tenants. */
  readonly providers: readonly Provider[];
  /** Modules (`M2M`, `Mobility`) he may CREATE changes in; null when the database login decides. */
  readonly modules: readonly string[] | null;
  /** Providers he may write to; null means all. */
  readonly providerIds: readonly number[] | null;
  /** Sites (customers) he may assign to; null means all of his tenant. */
  readonly siteIds: readonly number[] | null;
  /** Carrier plans he sees; null means all. */
  readonly planIds: readonly number[] | null;
}
