import type { PermissionSettings, Question } from './statements/operator.ts';

export type Permission = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** `run`: the login of DATABASE_URL. `dry-run`: that of DATABASE_URL_READ, which need not write. */
export type Login = 'run' | 'dry-run';

/** What a login must be allowed on one of the operator's tables. */
export interface Need {
  readonly table: string;
  readonly permissions: readonly Permission[];
}

/** The operator's tables that statements/ and procedures/ use, with what a run does there; not in it: what the contract has and nothing uses yet. */
const BY_RUN: Readonly<Record<string, readonly Permission[]>> = {
  DeviceBulkChange: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  DeviceChangeRequest: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  M2M_DeviceChange: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  Mobility_DeviceChange: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  DeviceBulkChangeLog: ['SELECT', 'INSERT', 'DELETE'],
  DeviceChangeRequestType: ['SELECT'],
  Device: ['SELECT', 'UPDATE'],
  Device_Tenant: ['SELECT', 'INSERT', 'UPDATE'],
  MobilityDevice: ['SELECT', 'UPDATE'],
  MobilityDevice_Tenant: ['SELECT', 'INSERT', 'UPDATE'],
  DeviceStatus: ['SELECT'],
  DeviceStatusHistory: ['SELECT'],
  DeviceActionHistory: ['INSERT'],
  RevCustomer: ['SELECT'],
  Site: ['SELECT'],
  RevService: ['SELECT', 'INSERT'],
  RevServiceProduct: ['SELECT', 'INSERT'],
  JasperCarrierRatePlan: ['SELECT'],
  JasperCustomerRatePlan: ['SELECT'],
  CustomerRatePool: ['SELECT'],
  Device_CustomerRatePlanOrRatePool_Queue: ['SELECT', 'INSERT', 'UPDATE'],
  POND_Package: ['SELECT', 'INSERT', 'UPDATE'],
  ServiceProvider: ['SELECT'],
  Integration: ['SELECT'],
};

/** Those of them that a dry run reads. */
const BY_DRY_RUN: ReadonlySet<string> = new Set([
  'DeviceBulkChange',
  'M2M_DeviceChange',
  'DeviceBulkChangeLog',
  'Mobility_DeviceChange',
  'Device',
  'Device_Tenant',
  'MobilityDevice',
  'MobilityDevice_Tenant',
  'DeviceStatus',
  'DeviceStatusHistory',
  'RevCustomer',
  'Site',
  'RevService',
  'RevServiceProduct',
  'JasperCarrierRatePlan',
  'JasperCustomerRatePlan',
  'CustomerRatePool',
  'Device_CustomerRatePlanOrRatePool_Queue',
  'ServiceProvider',
  'Integration',
]);

/** Tables that say what an operator may do, and the questions that they answer where no setting has a query for them. */
export const PERMISSION_TABLES: Readonly<Record<string, readonly Question[]>> = {
  User: ['operator', 'tenant'],
  UserPermission: ['permission'],
  UserServiceProvider: ['providers'],
  UserSite: ['sites'],
  UserRatePlan: ['plans'],
};

/** Columns that an index should begin with: each is what a statement finds the rows of a list or a bulk change by. */
export const INDEXES_THAT_MATTER: readonly (readonly [table: string, column: string])[] = [
  ['Device', 'ICCID'],
  ['Device_Tenant', 'DeviceId'],
  ['MobilityDevice', 'ICCID'],
  ['MobilityDevice', 'MSISDN'],
  ['MobilityDevice_Tenant', 'MobilityDeviceId'],
  ['M2M_DeviceChange', 'BulkChangeId'],
  ['Mobility_DeviceChange', 'BulkChangeId'],
  ['DeviceBulkChangeLog', 'BulkChangeId'],
  ['DeviceStatusHistory', 'ICCID'],
  ['RevCustomer', 'RevCustomerId'],
  ['RevService', 'Number'],
  ['RevService', 'RevServiceId'],
  ['RevServiceProduct', 'ServiceId'],
  ['POND_Package', 'PackageId'],
];

/** What a login needs on the operator's tables, with these settings. */
export function tableNeeds(login: Login, { by, queries }: PermissionSettings): readonly Need[] {
  const tables = Object.entries(BY_RUN).flatMap(([table, permissions]): Need[] => {
    if (login === 'run') return [{ table, permissions }];
    return BY_DRY_RUN.has(table) ? [{ table, permissions: ['SELECT'] }] : [];
  });
  const asked = Object.entries(PERMISSION_TABLES).filter(
    ([, questions]) => by === 'tables' && questions.some((question) => queries[question] === undefined),
  );
  return [...tables, ...asked.map(([table]): Need => ({ table, permissions: ['SELECT'] }))];
}

/** Without these nothing can be validated (dry run) or saved (run), whoever says what the operator may do. */
export function neededTables(login: Login): readonly string[] {
  return tableNeeds(login, { by: 'grants', queries: {} }).map(({ table }) => table);
}
