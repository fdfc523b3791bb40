import type { Assignment } from './assignment.ts';
import { customerPlanState } from './customer-plan.ts';
import type { Carrier } from './carrier.ts';
import type { ChangeRequest } from './change-request.ts';
import type { Customer, DeviceFacts, ProviderPlan, RowFacts } from './facts.ts';
import type { PlanChange } from './plan-change.ts';
import { quotaUsedUp, suspended, type Refused } from './plan-refusals.ts';
import { pondIccid } from './pond-iccid.ts';
import type { DeviceState } from './result.ts';
import { subscriberNumber } from './subscriber-number.ts';

export type Change = PlanChange | Assignment;

const NOT_IN_INVENTORY = 'no device of your service providers (or of the one that --provider names) has it: look for typing errors';

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

/** Lookups by the values that lists name them by. */
export interface LookupIndex {
  plan(providerId: number, code: string): ProviderPlan | undefined;
  customer(customerId: string): Customer | undefined;
  hasNoSite(customerId: string): boolean;
  site(idOrName: string): Customer | undefined;
  customerRatePlan(idOrCode: string, providerId: number): { readonly id: number; readonly code: string } | undefined;
  customerRatePool(idOrName: string, providerId: number): { readonly id: number; readonly name: string } | undefined;
}

class Refusal extends Error {
  readonly code: string;
  readonly hint: string | null;

  constructor(code: string, message: string, hint: string | null = null) {
    super(message);
    this.code = code;
    this.hint = hint;
  }

  static of({ code, message, hint }: Refused): Refusal {
    return new Refusal(code, message, hint);
  }
}

/**
 * Judges one row. The first rule that matches wins, in this order: list → archived → unknown → plan or customer → what
 * the carrier needs → service conflict (the portal's order; texts of contracts/messages.md).
 */
export function judge(row: RowFacts, judging: Judging): Verdict {
  try {
    if (row.problem !== null) throw new Refusal(row.problem.code, row.problem.message, row.problem.hint);
    const repeated = row.repeated;
    if (repeated !== null && repeated.conflicting) {
      throw new Refusal(
        'DUPLICATE_CONFLICT',
        `Conflicting values for duplicate ICCID on lines ${repeated.firstLine}, ${repeated.lastLine}`,
      );
    }
    if (repeated !== null && repeated.firstLine !== row.line) {
      const message = `Duplicate ICCID on line ${row.line} (first on line ${repeated.firstLine})`;
      return { status: 'SKIPPED', code: 'DUPLICATE', message, hint: null };
    }
    const device = row.device;
    if (device?.isArchived === true) throw new Refusal('DEVICE_ARCHIVED', `${device.portal} Device is archived`);
    if (device === null) throw new Refusal('INVALID_ICCID', 'Invalid ICCID', NOT_IN_INVENTORY);
    return judging.request.kind === 'change-rate-plan'
      ? judgePlanChange(row, device, judging, judging.request)
      : judgeAssignment(row, device, judging, judging.request);
  } catch (error) {
    if (error instanceof Refusal) return { status: 'REJECTED', code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
}

function judgePlanChange(
  row: RowFacts,
  device: DeviceFacts,
  judging: Judging,
  request: ChangeRequest & { kind: 'change-rate-plan' },
): Verdict {
  const change = planChange(row, device, judging);
  if (request.refuseActiveRevServices && device.liveServiceId !== null) {
    throw new Refusal('ACTIVE_REV_SERVICE', `Active Rev Services found associated with device: ${device.liveServiceId}`);
  }
  const after = { plan: change.plan.code, ...(change.commPlan === null ? {} : { commPlan: change.commPlan }) };
  const isNoop = device.plan === change.plan.code && (change.commPlan === null || change.commPlan === device.commPlan);
  return { status: 'PLANNED', isNoop, change, after };
}

/** The plan change of a row, after the rules about the plan and about what the carrier needs. */
function planChange(row: RowFacts, device: DeviceFacts, { index, carrierOf, request }: Judging): PlanChange {
  const { today } = request;
  const code = row.values.plan;
  if (code === undefined) throw new Refusal('RATE_PLAN_MISSING', 'No rate plan given', 'give --plan, or a plan column');
  const plan = index.plan(device.providerId, code);
  if (plan === undefined) throw new Refusal('RATE_PLAN_NOT_FOUND', `Rate plan '${code}' does not exist`);
  const carrier = carrierOf(device.integration);
  if (carrier === undefined) throw new Refusal('INTEGRATION_NOT_SUPPORTED', `Integration ${device.integration} is not supported`);
  requireNeeds(device, plan, carrier);
  const effectiveDate = row.values.effectiveDate ?? null;
  if (effectiveDate !== null && effectiveDate > today) requireDate(effectiveDate, today, carrier);
  const { portal, deviceId, iccid, msisdn, eid, providerId, tenantId } = device;
  const refusal =
    carrier.quota === undefined ? null : quotaUsedUp(iccid, device.changesThisMonth, carrier.quota, request.useLastChange === true);
  if (refusal !== null && device.plan !== plan.code) throw Refusal.of(refusal);
  return {
    kind: 'change-rate-plan',
    device: { portal, deviceId, iccid, msisdn, eid, providerId, tenantId },
    plan: { id: plan.id, code: plan.code, packageTypeId: plan.packageTypeId, planUuid: plan.planUuid },
    commPlan: row.values.commPlan ?? null,
    effectiveDate: effectiveDate !== null && effectiveDate > today ? effectiveDate : null,
    before: { plan: device.plan, commPlan: device.commPlan },
    ...(refusal === null ? {} : { refusal }),
  };
}

function requireNeeds(device: DeviceFacts, plan: ProviderPlan, carrier: Carrier): void {
  for (const need of carrier.needs) {
    switch (need) {
      case 'package-type':
        if (plan.packageTypeId === null)
          throw new Refusal('PLAN_WITHOUT_PACKAGE_TYPE', `Rate plan '${plan.code}' has no POND package type`);
        break;
      case 'plan-uuid':
        if (plan.planUuid === null) throw new Refusal('PLAN_WITHOUT_UUID', `Rate plan '${plan.code}' has no plan UUID`);
        break;
      case 'eid':
        if (device.eid === null) throw new Refusal('DEVICE_WITHOUT_EID', `Device ${device.iccid} must have an EID`);
        break;
      case 'phone-number':
        if (device.msisdn === null) throw new Refusal('DEVICE_WITHOUT_NUMBER', `Device ${device.iccid} has no phone number`);
        break;
      case 'phone-number-10':
        if (subscriberNumber(device.msisdn) === null)
          throw new Refusal('DEVICE_WITHOUT_NUMBER', `Device ${device.iccid} has no phone number`, 'Telegence knows lines by ten digits');
        break;
      case 'iccid-19':
        if (pondIccid(device.iccid) === null)
          throw new Refusal('ICCID_NOT_19_DIGITS', `ICCID ${device.iccid} must have 19 digits for POND`);
        break;
      case 'not-suspended':
        if (device.isSuspended) throw Refusal.of(suspended(device.iccid));
        break;
      default:
        need satisfies never;
    }
  }
}

const DAY_MS = 86_400_000;

function requireDate(date: string, today: string, carrier: Carrier): void {
  const rule = carrier.effectiveDate;
  if (rule.kind === 'none') throw new Refusal('EFFECTIVE_DATE_NOT_SUPPORTED', `Effective date is not supported by ${carrier.name}`);
  const days = (Date.parse(date) - Date.parse(today)) / DAY_MS;
  if (rule.kind === 'days' && days > rule.max)
    throw new Refusal('EFFECTIVE_DATE_TOO_FAR', `Effective date ${date} is beyond ${rule.max} days`);
}

/** Service lines are ordered with whole-number ids. */
const INTEGER = /^\d{1,9}$/;

function judgeAssignment(
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
  const carrierPlan = row.values.plan === undefined ? null : planChange(withoutDate(row), device, judging);
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
      ...(carrierPlan === null ? {} : { plan: device.plan }),
    },
  };
  const isNoop =
    device.siteId === customer.siteId &&
    device.accountNumber === account &&
    change.service === null &&
    (customerPlan === null ||
      (!(effectiveDate > request.today) &&
        (customerPlan.planId === null || customerPlan.planId === device.customerRatePlanId) &&
        (customerPlan.poolId === null || customerPlan.poolId === device.customerRatePoolId))) &&
    (carrierPlan === null || carrierPlan.plan.code === device.plan);
  const after: DeviceState = {
    customer: account,
    siteId: customer.siteId,
    ...customerPlanState(change),
    ...(carrierPlan === null ? {} : { plan: carrierPlan.plan.code }),
  };
  return { status: 'PLANNED', isNoop, change, after };
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
    const hint = customerId !== undefined && index.hasNoSite(customerId) ? 'the customer has no Site' : null;
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
