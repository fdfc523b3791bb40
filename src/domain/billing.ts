import type { Assignment, ServiceOrder } from './assignment.ts';
import type { Integration } from './carrier.ts';
import type { AccountSettings } from './carrier.ts';
import type { Effect } from './effect.ts';
import type { HttpClient } from './http.ts';
import type { AuditEntry } from './outcome.ts';
import type { RowError } from './result.ts';
import type { Steps } from './step.ts';

/** A billing system that service lines are created in. */
export interface Billing extends Integration {
  connect(account: { readonly http: HttpClient; readonly settings: AccountSettings }): BillingConnection;
}

/** What ordering a service line came to. Effects and audit hold for a failure too: what exists at billing is recorded. */
export interface OrderedService {
  /** The billing system's id of the line. */
  readonly serviceId: number;
  readonly effects: readonly Effect[];
  readonly audit: readonly AuditEntry[];
  /** The first product that could not be had, else null. */
  readonly failure: RowError | null;
}

/** Rev.io, as an assignment uses it. */
export interface BillingConnection {
  /** Reads something small, to find out whether the account is let in. Rejects with CallFailed. */
  checkLogin(signal: AbortSignal): Promise<void>;
  /** Makes sure that the device has a live line of the customer with the wanted products: created, or completed. */
  orderService(change: Assignment, order: ServiceOrder, customer: BillingCustomer, steps: Steps): Promise<OrderedService>;
}

/** The customer's account at billing. */
export interface BillingCustomer {
  readonly key: string;
  readonly customerId: string;
  readonly authenticationId: number | null;
}
