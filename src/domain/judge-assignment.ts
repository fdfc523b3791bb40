import type { Assignment } from './assignment.ts';
import type { ChangeRequest } from './change-request.ts';
import { serviceState } from './assignment.ts';
import { customerPlanState } from './customer-plan.ts';
import type { Customer, DeviceFacts, RowFacts } from './facts.ts';
import { isOnPlan, planChange } from './judge-plan-change.ts';
import type { LookupIndex } from './lookup-index.ts';
import type { PlanChange } from './plan-change.ts';
import { Refusal } from './refusal.ts';
import type { DeviceState } from './result.ts';
import type { Judging, Verdict } from './verdict.ts';

/** Service lines are ordered with whole-number ids. */
const INTEGER = /^\d{1,9}$/;

/** The rules of an assignment, with the carrier plan that may follow it. */
export function judgeAssignment(
  row: RowFacts,
  device: DeviceFacts,
  judging: Judging,
  request: ChangeRequest & { kind: 'assign-customer' },
): Verdict {
  const customer = findCustomer(row, judging.index);
  if (request.service !== null && customer.rev !== null && !INTEGER.test(customer.rev.customerId)) {
    throw new Refusal(
      'CUSTOMER_ID_NOT_INTEGER',
      `Rev Customer ${customer.rev.customerId} is not a whole number`,
      'Rev.io takes whole numbers only',
    );
  }
  const customerPlan = findCustomerPlan(row, device, judging);
  const carrierPlan = findCarrierPlan(row, device, judging);
  if (request.useCarrierActivation && device.activatedOn === null) {
    throw new Refusal('NO_ACTIVATION_DATE', 'No carrier activation date found');
  }
  requireNoServiceConflict(device, customer, request.service !== null);
  const effectiveDate = request.useCarrierActivation ? (device.activatedOn ?? request.today) : (row.values.effectiveDate ?? request.today);
  const account = customer.rev?.customerId ?? null;
  const { portal, deviceId, iccid, msisdn, eid, providerId, tenantId } = device;
  const change: Assignment = {
    kind: 'assign-customer',
    device: { portal, deviceId, iccid, msisdn, eid, providerId, tenantId },
    customer,
    service: customer.rev === null ? null : request.service,
    effectiveDate,
    activatedDate: request.activatedDate ?? (request.useCarrierActivation ? device.activatedOn : null),
    customerPlan: customerPlan === null ? null : { ...customerPlan, isQueued: effectiveDate > request.today },
    carrierPlan,
    before: {
      customer: device.accountNumber,
      siteId: device.siteId,
      customerRatePlanId: device.customerRatePlanId,
      customerRatePoolId: device.customerRatePoolId,
      revServiceId: device.revServiceId,
      ...(carrierPlan === null ? {} : planState({ plan: device.plan, commPlan: device.commPlan }, carrierPlan)),
    },
  };
  const isNoop =
    device.siteId === customer.siteId &&
    device.accountNumber === account &&
    (customer.rev !== null || device.revServiceId === null) &&
    change.service === null &&
    (customerPlan === null ||
      (!(effectiveDate > request.today) &&
        (customerPlan.planId === null || customerPlan.planId === device.customerRatePlanId) &&
        (customerPlan.poolId === null || customerPlan.poolId === device.customerRatePoolId))) &&
    (carrierPlan === null || isOnPlan(carrierPlan));
  const after: DeviceState = {
    customer: account,
    siteId: customer.siteId,
    ...serviceState(customer),
    ...customerPlanState(change),
    ...(carrierPlan === null ? {} : planState({ plan: carrierPlan.plan.code, commPlan: carrierPlan.commPlan }, carrierPlan)),
  };
  return { status: 'PLANNED', isNoop, change, after };
}

/** The carrier plan afterwards; null when none is wanted. */
function findCarrierPlan(row: RowFacts, device: DeviceFacts, judging: Judging): PlanChange | null {
  const { plan, commPlan } = row.values;
  if (plan !== undefined) return planChange(withoutDate(row), device, judging);
  if (commPlan === undefined) return null;
  const message = 'A communication plan is given without a carrier rate plan';
  throw new Refusal('RATE_PLAN_MISSING', message, 'give --carrier-rate-plan, or a plan column, or leave the comm plan out');
}

/** What the plan change touches: the communication plan only where one is wanted. */
function planState({ plan, commPlan }: Readonly<Record<'plan' | 'commPlan', string | null>>, change: PlanChange): DeviceState {
  return { plan, ...(change.commPlan === null ? {} : { commPlan }) };
}

/** The effective date of an assignment governs billing and the customer plan, not the carrier plan afterwards. */
function withoutDate(row: RowFacts): RowFacts {
  const { effectiveDate: _, ...values } = row.values;
  return { ...row, values };
}

function findCustomer(row: RowFacts, index: LookupIndex): Customer {
  const { customer: customerId, site } = row.values;
  if (customerId !== undefined && site !== undefined) {
    throw new Refusal('CUSTOMER_AMBIGUOUS', 'Both a customer and a site are given', 'give one of them for each row');
  }
  if (customerId === undefined && site === undefined) {
    throw new Refusal('CUSTOMER_MISSING', 'No customer given', 'give --customer or --site, or a customer or site column');
  }
  const found = customerId === undefined ? index.site(site ?? '') : index.customer(customerId);
  if (found === undefined) {
    const hint =
      customerId === undefined ? 'no active Site has this id or name' : index.hasNoSite(customerId) ? 'the customer has no Site' : null;
    throw new Refusal('REV_CUSTOMER_NOT_FOUND', 'Rev Customer not found', hint);
  }
  return found;
}

function findCustomerPlan(row: RowFacts, device: DeviceFacts, { index }: Judging) {
  const { customerRatePlan, customerRatePool } = row.values;
  if (customerRatePlan === undefined && customerRatePool === undefined) return null;
  const plan = customerRatePlan === undefined ? null : index.customerRatePlan(customerRatePlan, device.providerId);
  if (plan === undefined) throw new Refusal('CUSTOMER_RATE_PLAN_NOT_FOUND', `Customer rate plan '${customerRatePlan}' does not exist`);
  const pool = customerRatePool === undefined ? null : index.customerRatePool(customerRatePool, device.providerId);
  if (pool === undefined) throw new Refusal('CUSTOMER_RATE_POOL_NOT_FOUND', `Customer rate pool '${customerRatePool}' does not exist`);
  return { planId: plan?.id ?? null, planCode: plan?.code ?? null, poolId: pool?.id ?? null, poolName: pool?.name ?? null };
}

function requireNoServiceConflict(device: DeviceFacts, customer: Customer, createsService: boolean): void {
  const account = customer.rev?.customerId ?? null;
  if (device.liveServiceId === null) return;
  if (createsService && account !== null) {
    if (device.productCustomers.includes(account)) {
      throw new Refusal('ACTIVE_SERVICE_LINE', 'Active service line. New Service line not created.');
    }
    return;
  }
  if (device.accountNumber !== account && device.serviceHasActiveProduct) {
    throw new Refusal('ACTIVE_SERVICE_LINE_OTHER_CUSTOMER', 'Active service line. Cannot change customers.');
  }
}
