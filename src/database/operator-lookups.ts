/** Rows of the look-up tables: their numbers differ between installations, the names do not. */
export const CHANGE_REQUEST_TYPES: readonly (readonly [id: number, name: string])[] = [
  [1, 'StatusUpdate'],
  [2, 'ActivateNewService'],
  [3, 'Archival'],
  [4, 'CustomerRatePlanChange'],
  [5, 'CustomerAssignment'],
  [7, 'CarrierRatePlanChange'],
  [8, 'CreateRevService'],
];

const M2M = 0;
const MOBILITY = 2;

export const INTEGRATIONS: readonly (readonly [id: number, name: string, portalTypeId: number])[] = [
  [1, 'Jasper', M2M],
  [2, 'ThingSpace', M2M],
  [3, 'RevIO', M2M],
  [4, 'Telegence', MOBILITY],
  [5, 'TMobileJasper', M2M],
  [6, 'POD19', M2M],
  [7, 'eBonding', MOBILITY],
  [8, 'Rogers', M2M],
  [9, 'Teal', M2M],
  [10, 'Pond', M2M],
];

/** Statuses every integration of the sample installation has; their ids are integration × 10 + n. */
export const DEVICE_STATUSES: readonly (readonly [status: string, displayName: string, isActive: 0 | 1])[] = [
  ['ACTIVATED', 'Activated', 1],
  ['DEACTIVATED', 'Deactivated', 0],
  ['SUSPENDED', 'Suspended', 0],
  ['ACTIVATION_READY', 'Activation ready', 0],
];

/** The DeviceStatus.id of a status of an integration in an installation made by us. */
export function deviceStatusId(integrationId: number, status: string): number {
  return integrationId * 10 + DEVICE_STATUSES.findIndex(([name]) => name === status);
}
