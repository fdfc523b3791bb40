import type { ProcedureValues } from '../../domain/procedure.ts';
import type { PortalTypes } from '../portals.ts';

/** What is passed to a procedure beside the values of its device. */
export interface CallValues {
  readonly bulkChangeId: string;
  readonly operator: string;
  readonly portalTypes: PortalTypes;
  /** The devices that the call is for: one, or all of a bulk change. */
  readonly devices: readonly ProcedureValues[];
}

type Filled = string | number | null;

/** For a whole bulk change only what all its devices share has a value. */
const one =
  (pick: (values: ProcedureValues) => Filled) =>
  ({ devices }: CallValues): Filled => {
    const [first, ...others] = devices.map(pick);
    return first === undefined || others.some((other) => other !== first) ? null : first;
  };

const idsOf =
  (portal: ProcedureValues['portal']) =>
  ({ devices }: CallValues): Filled =>
    devices
      .filter((device) => device.portal === portal)
      .map(({ deviceId }) => deviceId)
      .join(',');

const bulkChangeId = (values: CallValues): Filled => values.bulkChangeId;
const operator = (values: CallValues): Filled => values.operator;
const phoneNumber = one((device) => device.phoneNumber);
const revCustomer = (type: string) => one((device) => (type === 'uniqueidentifier' ? device.revCustomerKey : device.revCustomerId));

/** Names of parameters, in small letters (contracts/database.md): how each is filled, by its type. */
const DICTIONARY: Readonly<Record<string, (values: CallValues, type: string) => Filled>> = {
  bulkchangeid: bulkChangeId,
  id: bulkChangeId,
  iccid: one((device) => device.iccid),
  deviceid: one((device) => device.deviceId),
  phonenumber: phoneNumber,
  subscribernumber: phoneNumber,
  tenantid: one((device) => device.tenantId),
  serviceproviderid: one((device) => device.serviceProviderId),
  revcustomerid: (values, type) => revCustomer(type)(values),
  siteid: one((device) => device.siteId),
  accountnumber: one((device) => device.accountNumber),
  integrationauthenticationid: one((device) => device.integrationAuthenticationId),
  customerrateplanid: one((device) => device.customerRatePlanId),
  customerratepoolid: one((device) => device.customerRatePoolId),
  carrierrateplan: one((device) => device.carrierRatePlan),
  // The one form that no language setting of the server reads otherwise.
  effectivedate: one((device) => (device.effectiveDate === null ? null : `${device.effectiveDate}T00:00:00`)),
  processedby: operator,
  username: operator,
  createdby: operator,
  m2mdeviceids: idsOf('M2M'),
  mobilitydeviceids: idsOf('Mobility'),
  portaltypeid: (values) => one((device) => values.portalTypes[device.portal])(values),
};

/** Names that can be filled, in small letters. */
export const KNOWN_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(DICTIONARY));

/** Values of the inputs of a procedure, by their live names. A default stands where nothing is known. */
export function inputsOf(
  parameters: readonly { readonly name: string; readonly type: string; readonly isOutput: boolean }[],
  values: CallValues,
): ReadonlyMap<string, Filled> {
  return new Map(
    parameters.flatMap(({ name, type }): [string, Filled][] => {
      const fill = DICTIONARY[name.toLowerCase()];
      return fill === undefined ? [] : [[name, fill(values, type)]];
    }),
  );
}
