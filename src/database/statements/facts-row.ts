import type { Portal } from '../../domain/effect.ts';
import type { DeviceFacts, Provider, RowFacts } from '../../domain/facts.ts';
import type { ListProblem, RowValues } from '../../domain/list-row.ts';

/** Whose devices are told about. */
export interface FactsScope {
  readonly tenantId: number;
  readonly providers: ReadonlyMap<number, Provider>;
}

/** What the SELECT answers for one line, in its order. */
export type FactsRow = readonly [
  line: number,
  iccid: string | null,
  phoneNumber: string | null,
  /** Null when it is the ICCID itself. */
  listKey: string | null,
  wish: string,
  problem: string | null,
  cells: string,
  /** The lines of the same ICCID; null when the line has none. */
  firstLine: number | null,
  lastLine: number | null,
  conflicting: number | null,
  deviceId: number | null,
  /** MobilityDevice.id; a line has a device of one portal at most. */
  mobilityId: number | null,
  candidates: number | null,
  /** Plan changes of this month; NULL for none. */
  changes: number | null,
  ...device: DeviceRow,
];

type DeviceRow = readonly [
  providerId: number,
  isActive: number,
  isDeleted: number,
  msisdn: string | null,
  eid: string | null,
  iccid: string,
  plan: string | null,
  commPlan: string | null,
  status: string | null,
  account: string | null,
  siteId: number | null,
  customerPlan: number | null,
  customerPool: number | null,
  ownServiceId: number | null,
  /** NULL unless wanted. */
  serviceId: number | null,
  activeProducts: number | null,
  productCustomers: string | null,
  activatedOn: string | null,
  heldBy: string | null,
];

/** Reads rows into facts. */
export function factsReader(scope: FactsScope): (row: FactsRow) => RowFacts {
  const valuesOf = wishReader();
  return (row) => {
    const [line, iccid, phoneNumber, listKey, wish, problem, cellsJson, firstLine, lastLine, conflicting, ...rest] = row;
    const [deviceId, mobilityId, candidates, changes, ...device] = rest;
    const changesThisMonth = changes ?? 0;
    const key = listKey ?? iccid ?? '';
    return {
      line,
      key,
      iccid,
      phoneNumber,
      cellsJson,
      values: valuesOf(wish),
      problem: problem === null ? ambiguity(key, candidates) : (JSON.parse(problem) as ListProblem),
      repeated:
        firstLine === null || lastLine === null || firstLine === lastLine ? null : { firstLine, lastLine, conflicting: conflicting === 1 },
      device:
        deviceId !== null
          ? { ...deviceOf('M2M', deviceId, device, scope), changesThisMonth }
          : mobilityId !== null
            ? { ...deviceOf('Mobility', mobilityId, device, scope), changesThisMonth }
            : null,
    };
  };
}

/** Most lines of a list wish the same: the last text is not parsed again. */
function wishReader(): (wish: string) => RowValues {
  let last = '';
  let values: RowValues = {};
  return (wish) => {
    if (wish !== last) values = JSON.parse(wish) as RowValues;
    last = wish;
    return values;
  };
}

/** An ICCID that several service providers know is not guessed about. */
function ambiguity(key: string, candidates: number | null): ListProblem | null {
  if (candidates === null || candidates < 2) return null;
  const message = `ICCID ${key} is known to ${candidates} service providers`;
  return { code: 'DEVICE_AMBIGUOUS', message, hint: 'say which with --provider', column: 'iccid' };
}

function deviceOf(
  portal: Portal,
  deviceId: number,
  row: DeviceRow,
  { tenantId, providers }: FactsScope,
): Omit<DeviceFacts, 'changesThisMonth'> {
  const [providerId, isActive, isDeleted, msisdn, eid, iccid, plan, commPlan, status, account, siteId, customerPlan, customerPool] = row;
  const [, , , , , , , , , , , , , ownServiceId, serviceId, activeProducts, productCustomers, activatedOn, heldBy] = row;
  const provider = providers.get(providerId);
  if (provider === undefined) throw new Error(`Device ${deviceId} belongs to no service provider that is in use`);
  return {
    portal,
    deviceId,
    iccid,
    msisdn: blankAsNull(msisdn),
    eid: blankAsNull(eid),
    providerId,
    tenantId,
    providerName: provider.displayName,
    integration: provider.integration,
    writeIsEnabled: provider.writeIsEnabled,
    isArchived: isActive === 0 || isDeleted === 1,
    isSuspended: /suspend/i.test(status ?? ''),
    plan,
    commPlan,
    accountNumber: account,
    siteId,
    customerRatePlanId: customerPlan,
    customerRatePoolId: customerPool,
    revServiceId: ownServiceId,
    liveServiceId: serviceId,
    serviceHasActiveProduct: (activeProducts ?? 0) > 0,
    productCustomers: productCustomers?.split(',') ?? [],
    activatedOn: activatedOn?.slice(0, 10) ?? null,
    heldBy,
  };
}

function blankAsNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text.trim();
}
