import type { LiveNames, PortalsById, PortalTypes } from '../portals.ts';

/** What every row that is written says, and where it goes. */
export interface Written {
  readonly operator: string;
  readonly at: number;
  readonly portalTypes: PortalTypes;
  readonly live: LiveNames;
  /** Of the bulk changes that are written to. */
  readonly portals: PortalsById;
}
