import type { Carrier } from './carrier.ts';
import type { ChangeRequest } from './change-request.ts';
import type { DeviceFacts, ProviderPlan, RowFacts } from './facts.ts';
import type { PlanChange } from './plan-change.ts';
import { isPlanUuid } from './plan-uuid.ts';
import { quotaUsedUp, suspended } from './plan-refusals.ts';
import { pondIccid } from './pond-iccid.ts';
import { Refusal } from './refusal.ts';
import { subscriberNumber } from './subscriber-number.ts';
import type { Judging, Verdict } from './verdict.ts';

/** The rules of a plan change. */
export function judgePlanChange(
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
  return { status: 'PLANNED', isNoop: isOnPlan(change), change, after };
}

/** Whether the device is on the wanted plan already, as far as the database knows. */
export function isOnPlan({ plan, commPlan, before }: PlanChange): boolean {
  return before['plan'] === plan.code && (commPlan === null || commPlan === before['commPlan']);
}

/** The plan change of a row, after the rules about the plan and about what the carrier needs. */
export function planChange(row: RowFacts, device: DeviceFacts, { index, carrierOf, request }: Judging): PlanChange {
  const { today } = request;
  const code = row.values.plan;
  if (code === undefined) throw new Refusal('RATE_PLAN_MISSING', 'No rate plan given', 'give --plan, or a plan column');
  const plan = index.plan(device.providerId, code);
  if (plan === undefined) throw new Refusal('RATE_PLAN_NOT_FOUND', `Rate plan '${code}' does not exist`);
  const carrier = carrierOf(device.integration);
  if (carrier === undefined) throw new Refusal('INTEGRATION_NOT_SUPPORTED', `Integration ${device.integration} is not supported`);
  requireNeeds(device, plan, carrier);
  const commPlan = row.values.commPlan ?? null;
  if (commPlan !== null && carrier.commPlan === null)
    throw new Refusal('COMM_PLAN_NOT_SUPPORTED', `Communication plan is not supported by ${carrier.name}`, 'leave the comm plan out');
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
    commPlan,
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
        if (!isPlanUuid(plan.planUuid))
          throw new Refusal('PLAN_UUID_NOT_32_DIGITS', `The plan UUID of rate plan '${plan.code}' must have 32 hexadecimal digits`);
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
