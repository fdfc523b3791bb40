import { withCheckDigit } from './check-digit.ts';

/** A row of one of the operator's tables, by column name. */
export type SampleRow = Readonly<Record<string, string | number | null>>;

/** Rows by table, and what the simulated carriers know about the same devices. */
export interface SampleData {
  readonly tables: Readonly<Record<string, readonly SampleRow[]>>;
  readonly pond: {
    readonly packageTypes: readonly { readonly packageTypeId: number; readonly name: string }[];
    /** By the 19 digits that POND knows a SIM by. */
    readonly packages: readonly SamplePackage[];
    /** SIMs in the inventory. */
    readonly sims: readonly string[];
  };
  readonly controlCenter: Readonly<
    Record<
      ControlCenter,
      readonly { readonly iccid: string; readonly msisdn: string; readonly ratePlan: string; readonly communicationPlan: string }[]
    >
  >;
  readonly controlCenterPlans: readonly string[];
  readonly revio: {
    readonly customers: readonly number[];
    readonly services: readonly { readonly service_id: number; readonly customer_id: number; readonly number: string }[];
    readonly products: readonly { readonly service_product_id: number; readonly service_id: number; readonly product_id: number }[];
  };
}

export interface SamplePackage {
  readonly packageId: string;
  readonly simIccid: string;
  readonly packageTypeId: number;
  readonly status: 'NOT_ACTIVE' | 'ACTIVE';
}

export type ControlCenter = 'jasper' | 'tmobilejasper' | 'pod19' | 'rogers';

/** Ids of operator-lookups.ts. */
const INTEGRATION = { Jasper: 1, RevIO: 3, TMobileJasper: 5, POD19: 6, Rogers: 8, Pond: 10 } as const;

const PROVIDERS = [
  { id: 1, name: 'POND Sandbox', integration: 'Pond', tenant: 1, writes: 1 },
  { id: 2, name: 'Jasper Sandbox', integration: 'Jasper', tenant: 1, writes: 1 },
  { id: 3, name: 'TMobile Sandbox', integration: 'TMobileJasper', tenant: 1, writes: 1 },
  { id: 4, name: 'POND Read-only', integration: 'Pond', tenant: 1, writes: 0 },
  { id: 5, name: 'POND Other', integration: 'Pond', tenant: 2, writes: 1 },
  { id: 6, name: 'POD19 Sandbox', integration: 'POD19', tenant: 1, writes: 1 },
  { id: 7, name: 'Rogers Sandbox', integration: 'Rogers', tenant: 1, writes: 1 },
] as const;

const POND_PLANS = [
  { code: 'POND-1GB', type: 101, retired: 0 },
  { code: 'POND-5GB', type: 105, retired: 0 },
  { code: 'POND-10GB', type: 110, retired: 0 },
  { code: 'POND-OLD', type: 199, retired: 1 },
  { code: 'POND-NOTYPE', type: null, retired: 0 },
] as const;

const CONTROL_CENTER_PLANS = ['IOT-10MB', 'IOT-100MB', 'IOT-1GB'] as const;

const CUSTOMERS = [
  { n: 1, id: '4711', name: 'Acme Logistics', tenant: 1, status: 'ACTIVE', site: true },
  { n: 2, id: '4712', name: 'Bolt Mobility', tenant: 1, status: 'ACTIVE', site: true },
  { n: 3, id: '4713', name: 'Cargo GmbH', tenant: 1, status: 'ACTIVE', site: true },
  { n: 4, id: '4714', name: 'Delta (closed)', tenant: 1, status: 'CLOSED', site: true },
  { n: 5, id: '4715', name: 'Echo (no site)', tenant: 1, status: 'ACTIVE', site: false },
  { n: 6, id: 'ABC-1', name: 'Foxtrot (odd id)', tenant: 1, status: 'ACTIVE', site: true },
  { n: 7, id: '4801', name: 'Golf of another tenant', tenant: 2, status: 'ACTIVE', site: true },
] as const;

const ALIVE = { IsActive: 1, IsDeleted: 0 } as const;
const LONG_AGO = '2025-01-15 08:00:00.000';
/** Integration_Authentication.id of Rev.io. */
const REVIO_AUTHENTICATION = 9;

/** How many devices a provider has, and what their ICCIDs begin with. */
const FLEETS = [
  { provider: 1, count: 60, prefix: '8988303000' },
  { provider: 2, count: 12, prefix: '8901170200' },
  { provider: 3, count: 6, prefix: '8901260300' },
  { provider: 4, count: 4, prefix: '8988303004' },
  { provider: 5, count: 4, prefix: '8988303005' },
  { provider: 6, count: 4, prefix: '8901190600' },
  { provider: 7, count: 4, prefix: '8930272070' },
] as const;

/** The sample fleet of the sandbox: always the same. */
export function sampleData(): SampleData {
  const devices = FLEETS.flatMap(({ provider, count, prefix }) =>
    Array.from({ length: count }, (_, index) => fleetDevice(provider, prefix, index)),
  );
  const fleet = devices.map((device, index) => ({ ...device, id: index + 1 }));
  return combined(lookups(), fleetData(fleet));
}

/** `count` POND devices of provider 1 more, each on POND-1GB: for measurements and tests. */
export function pondFleet(count: number, firstId = 100_000): SampleData {
  const fleet = Array.from({ length: count }, (_, index) => ({
    ...fleetDevice(1, '8988304', index, false),
    id: firstId + index,
    twoPackages: false,
    noPackage: false,
    idle: null,
    archived: null,
    hasTenant: true,
  }));
  return fleetData(fleet);
}

/** Both together; look-up rows must be in one of them only. */
export function combined(a: SampleData, b: SampleData): SampleData {
  const tables: Record<string, readonly SampleRow[]> = { ...a.tables };
  for (const [table, rows] of Object.entries(b.tables)) tables[table] = [...(tables[table] ?? []), ...rows];
  const center = (name: ControlCenter) => [...a.controlCenter[name], ...b.controlCenter[name]];
  return {
    tables,
    pond: {
      packageTypes: [...a.pond.packageTypes, ...b.pond.packageTypes],
      packages: [...a.pond.packages, ...b.pond.packages],
      sims: [...a.pond.sims, ...b.pond.sims],
    },
    controlCenter: { jasper: center('jasper'), tmobilejasper: center('tmobilejasper'), pod19: center('pod19'), rogers: center('rogers') },
    controlCenterPlans: [...a.controlCenterPlans, ...b.controlCenterPlans],
    revio: {
      customers: [...a.revio.customers, ...b.revio.customers],
      services: [...a.revio.services, ...b.revio.services],
      products: [...a.revio.products, ...b.revio.products],
    },
  };
}

interface FleetDevice {
  readonly provider: number;
  readonly index: number;
  readonly iccid: string;
  readonly msisdn: string;
  readonly archived: 'inactive' | 'deleted' | null;
  readonly hasTenant: boolean;
  readonly twoPackages: boolean;
  readonly noPackage: boolean;
  /** A NOT_ACTIVE package of POND-5GB beside: known to the database, or not. */
  readonly idle: 'known' | 'stranger' | null;
}

/** The n-th device of a fleet. Of provider 1 some of the sample are special: see the numbers. */
function fleetDevice(provider: number, prefix: string, index: number, isSample = true): FleetDevice {
  const isPond1 = provider === 1 && isSample;
  const body = `${prefix}${String(index + 1).padStart(19 - prefix.length, '0')}`;
  // Every fifth SIM of the first fleet is known by its 19 digits; one by 18, which POND does not take.
  const iccid = isPond1 && index === 59 ? body.slice(0, 18) : isPond1 && index % 5 === 4 ? body : withCheckDigit(body);
  return {
    provider,
    index,
    iccid,
    // A phone number belongs to one device: service lines are found by it.
    msisdn: `${isSample ? '8823' : '8824'}${provider}${String(index + 1).padStart(8, '0')}`,
    archived: isPond1 && index === 50 ? 'inactive' : isPond1 && index === 51 ? 'deleted' : null,
    hasTenant: !(isPond1 && index >= 52 && index <= 54),
    twoPackages: isPond1 && index === 45,
    noPackage: isPond1 && index === 46,
    idle: isPond1 && index === 47 ? 'known' : isPond1 && index === 48 ? 'stranger' : null,
  };
}

function isPond(provider: number): boolean {
  return PROVIDERS.some(({ id, integration }) => id === provider && integration === 'Pond');
}

function fleetData(fleet: readonly (FleetDevice & { readonly id: number })[]): SampleData {
  const pond = fleet.filter(({ provider }) => isPond(provider));
  const packages = pond.flatMap(packagesOf);
  // Devices 20 to 29 have a live service line, the first five of them with an active product.
  const served = fleet.filter(({ provider, index, id }) => provider === 1 && id < 1000 && index >= 20 && index < 30);
  return {
    tables: {
      Device: fleet.map(deviceRow),
      Device_Tenant: fleet.filter(({ hasTenant }) => hasTenant).map(tenantRow),
      DeviceStatusHistory: fleet
        .filter(({ id }) => id % 10 !== 0)
        .map(({ iccid }) => ({ ICCID: iccid, CurrentStatus: 'ACTIVATED', PreviousStatus: 'ACTIVATION_READY', DateOfChange: LONG_AGO })),
      POND_Package: packages.flatMap(({ device, known, ...each }) =>
        known
          ? [
              {
                ICCID: device.iccid,
                PackageId: each.packageId,
                PackageTypeId: each.packageTypeId,
                Status: each.status,
                ServiceProviderId: device.provider,
                ...ALIVE,
              },
            ]
          : [],
      ),
      RevService: served.map(({ index, msisdn }) => ({
        RevCustomerId: customerKey(1),
        Number: msisdn,
        RevServiceId: 9000 + index,
        RevServiceTypeId: 3,
        RevProviderId: 12,
        ActivatedDate: LONG_AGO,
        IntegrationAuthenticationId: REVIO_AUTHENTICATION,
        ...ALIVE,
      })),
      RevServiceProduct: served
        .filter(({ index }) => index < 25)
        .map(({ index }) => ({
          ServiceProductId: 7000 + index,
          CustomerId: '4711',
          ProductId: 501,
          ServiceId: 9000 + index,
          Rate: 4.99,
          Quantity: 1,
          Status: 'ACTIVE',
          ActivatedDate: LONG_AGO,
          IntegrationAuthenticationId: REVIO_AUTHENTICATION,
          ...ALIVE,
        })),
    },
    pond: {
      packageTypes: [],
      packages: packages.map(({ device: _device, known: _known, ...each }) => each),
      sims: pond.map(({ iccid }) => iccid.slice(0, 19)),
    },
    controlCenter: { jasper: center(fleet, 2), tmobilejasper: center(fleet, 3), pod19: center(fleet, 6), rogers: center(fleet, 7) },
    controlCenterPlans: [],
    revio: {
      customers: [],
      services: served.map(({ index, msisdn }) => ({ service_id: 9000 + index, customer_id: 4711, number: msisdn })),
      products: served
        .filter(({ index }) => index < 25)
        .map(({ index }) => ({ service_product_id: 7000 + index, service_id: 9000 + index, product_id: 501 })),
    },
  };
}

function center(fleet: readonly FleetDevice[], provider: number) {
  return fleet
    .filter((device) => device.provider === provider)
    .map(({ iccid, msisdn }) => ({ iccid, msisdn, ratePlan: CONTROL_CENTER_PLANS[0], communicationPlan: 'CP_Basic' }));
}

function packagesOf(device: FleetDevice & { readonly id: number }) {
  const simIccid = device.iccid.slice(0, 19);
  const make = (n: number, packageTypeId: number, status: 'NOT_ACTIVE' | 'ACTIVE', known: boolean) => ({
    packageId: `00000000-0000-4000-8000-${String(device.id * 10 + n).padStart(12, '0')}`,
    simIccid,
    packageTypeId,
    status,
    device,
    known,
  });
  if (device.noPackage) return [];
  return [
    make(1, 101, 'ACTIVE', true),
    ...(device.twoPackages ? [make(2, 110, 'ACTIVE', true)] : []),
    ...(device.idle === null ? [] : [make(3, 105, 'NOT_ACTIVE', device.idle === 'known')]),
  ];
}

function deviceRow({ id, provider, iccid, msisdn, archived, noPackage }: FleetDevice & { readonly id: number }): SampleRow {
  const integration = PROVIDERS.find((each) => each.id === provider)?.integration ?? 'Pond';
  return {
    id,
    ServiceProviderId: provider,
    ICCID: iccid,
    MSISDN: msisdn,
    DeviceStatusId: INTEGRATION[integration] * 10,
    Status: 'ACTIVATED',
    CarrierRatePlanId: noPackage ? null : provider * 100 + 1,
    RatePlan: noPackage ? null : isPond(provider) ? 'POND-1GB' : CONTROL_CENTER_PLANS[0],
    CommunicationPlan: isPond(provider) ? null : 'CP_Basic',
    IsActive: archived === 'inactive' ? 0 : 1,
    IsDeleted: archived === 'deleted' ? 1 : 0,
  };
}

function tenantRow({ id, provider, index }: FleetDevice & { readonly id: number }): SampleRow {
  const tenant = PROVIDERS.find((each) => each.id === provider)?.tenant ?? 1;
  const customer = tenant === 2 ? 7 : index % 10 === 9 ? 2 : 1;
  const account = CUSTOMERS.find(({ n }) => n === customer)?.id ?? null;
  return {
    DeviceId: id,
    TenantId: tenant,
    AccountNumber: account,
    AccountNumberIntegrationAuthenticationId: REVIO_AUTHENTICATION,
    SiteId: customer,
    ...ALIVE,
  };
}

function customerKey(n: number): string {
  return `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;
}

/** Everything that is not a device: operators, providers, plans, customers. */
function lookups(): SampleData {
  return {
    tables: {
      ServiceProvider: PROVIDERS.map(({ id, name, integration, tenant, writes }) => ({
        id,
        Name: name,
        DisplayName: name,
        IntegrationId: INTEGRATION[integration],
        TenantId: tenant,
        WriteIsEnabled: writes,
        ...ALIVE,
      })),
      Integration_Authentication: [
        { id: REVIO_AUTHENTICATION, IntegrationId: INTEGRATION.RevIO, ServiceProviderId: null, TenantId: 1, Username: 'sandbox', ...ALIVE },
      ],
      JasperCarrierRatePlan: PROVIDERS.flatMap(({ id, integration }) =>
        integration === 'Pond'
          ? POND_PLANS.map(({ code, type, retired }, index) => planRow(id * 100 + index + 1, id, code, type, retired))
          : CONTROL_CENTER_PLANS.map((code, index) => planRow(id * 100 + index + 1, id, code, null, 0)),
      ),
      RevCustomer: CUSTOMERS.map(({ n, id, name, status }) => ({
        id: customerKey(n),
        RevCustomerId: id,
        CustomerName: name,
        IntegrationAuthenticationId: REVIO_AUTHENTICATION,
        Status: status,
        ...ALIVE,
      })),
      Site: [
        ...CUSTOMERS.filter(({ site }) => site).map(({ n, name, tenant }) => ({
          id: n,
          TenantId: tenant,
          Name: name,
          RevCustomerId: customerKey(n),
          ...ALIVE,
        })),
        { id: 21, TenantId: 1, Name: 'Depot North', RevCustomerId: null, ...ALIVE },
        { id: 22, TenantId: 1, Name: 'Depot South', RevCustomerId: null, ...ALIVE },
      ],
      JasperCustomerRatePlan: ['CRP-SMALL', 'CRP-LARGE'].map((code, index) => ({
        Id: index + 1,
        RatePlanCode: code,
        RatePlanName: code,
        ServiceProviderId: null,
        TenantId: 1,
        ...ALIVE,
      })),
      CustomerRatePool: ['POOL-EU', 'POOL-US'].map((name, index) => ({
        id: index + 1,
        Name: name,
        ServiceProviderId: null,
        TenantId: 1,
        ...ALIVE,
      })),
      User: ['sandbox', 'readonly', 'limited'].map((name, index) => ({ id: index + 1, UserName: name, TenantId: 1, IsActive: 1 })),
      UserPermission: [
        { UserId: 1, Module: 'M2M', Permission: 'CREATE' },
        { UserId: 1, Module: 'Mobility', Permission: 'CREATE' },
        { UserId: 2, Module: 'M2M', Permission: 'READ' },
        { UserId: 3, Module: 'M2M', Permission: 'CREATE' },
      ],
      UserServiceProvider: [
        ...PROVIDERS.flatMap(({ id }) => [
          { UserId: 1, ServiceProviderId: id },
          { UserId: 2, ServiceProviderId: id },
        ]),
        { UserId: 3, ServiceProviderId: 1 },
      ],
      UserRatePlan: [{ UserId: 3, CarrierRatePlanId: 102 }],
      UserSite: [
        { UserId: 3, SiteId: 1 },
        { UserId: 3, SiteId: 2 },
      ],
    },
    pond: {
      packageTypes: POND_PLANS.flatMap(({ code, type }) => (type === null ? [] : [{ packageTypeId: type, name: code }])),
      packages: [],
      sims: [],
    },
    controlCenter: { jasper: [], tmobilejasper: [], pod19: [], rogers: [] },
    controlCenterPlans: CONTROL_CENTER_PLANS,
    revio: { customers: CUSTOMERS.flatMap(({ id }) => (/^\d+$/.test(id) ? [Number(id)] : [])), services: [], products: [] },
  };
}

function planRow(id: number, provider: number, code: string, type: number | null, retired: number): SampleRow {
  return {
    id,
    RatePlanCode: code,
    FriendlyName: `${code} (sample)`,
    JasperRatePlanId: type,
    ServiceProviderId: provider,
    BaseRate: 1.5,
    PlanMB: 1024,
    IsRetired: retired,
    ...ALIVE,
  };
}
