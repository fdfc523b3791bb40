import type { ServiceOrder } from './assignment.ts';

/** What the operator asked for, beside the values in the list. */
export type ChangeRequest =
  | {
      readonly kind: 'change-rate-plan';
      /** Today, `yyyy-MM-dd` UTC. */
      readonly today: string;
      readonly refuseActiveRevServices: boolean;
      /** Spend the last plan change that a carrier's monthly quota allows. */
      readonly useLastChange?: boolean;
    }
  | {
      readonly kind: 'assign-customer';
      readonly today: string;
      readonly service: ServiceOrder | null;
      readonly useCarrierActivation: boolean;
      readonly activatedDate: string | null;
      readonly useLastChange?: boolean;
    };
