/** A row of one of the operator's tables, by column name. */
export type SampleRow = Readonly<Record<string, string | number | null>>;

/** Rows of the operator's tables, in the order they are written. */
export type SampleTables = Readonly<Record<string, readonly SampleRow[]>>;

/** Rows by table, and what the simulated carriers and Rev.io know about the same devices. */
export interface SampleData {
  readonly tables: SampleTables;
  readonly pond: {
    readonly packageTypes: readonly { readonly packageTypeId: number; readonly name: string }[];
    /** By the 19 digits that POND knows a SIM by. */
    readonly packages: readonly SamplePackage[];
    /** SIMs in the inventory. */
    readonly sims: readonly string[];
  };
  readonly controlCenter: Readonly<Record<ControlCenter, readonly ControlCenterDevice[]>>;
  readonly controlCenterPlans: readonly string[];
  readonly thingspace: {
    readonly plans: readonly string[];
    readonly devices: readonly ThingSpaceDevice[];
  };
  readonly teal: { readonly esims: readonly SampleEsim[]; readonly plans: readonly SampleTealPlan[] };
  readonly telegence: { readonly plans: readonly string[]; readonly lines: readonly SampleLine[] };
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

export interface ControlCenterDevice {
  readonly iccid: string;
  readonly msisdn: string;
  readonly ratePlan: string;
  readonly communicationPlan: string;
}

export interface ThingSpaceDevice {
  readonly iccid: string;
  readonly mdn: string;
  readonly accountName: string;
  readonly plan: string;
  readonly state: 'active' | 'suspend' | 'deactive';
}

export interface SampleEsim {
  readonly eid: string;
  readonly iccid: string;
  readonly planUuid: string;
  /** What becomes of a plan change: it is made, refused by its operation, or fails afterwards. */
  readonly manner: 'willing' | 'restricted' | 'failing';
}

export interface SampleTealPlan {
  readonly uuid: string;
  readonly name: string;
}

export interface SampleLine {
  readonly subscriberNumber: string;
  /** ICCID of the SIM in it. */
  readonly sim: string;
  readonly singleUserCode: string;
}

/** Nothing at all. */
export const EMPTY: SampleData = {
  tables: {},
  pond: { packageTypes: [], packages: [], sims: [] },
  controlCenter: { jasper: [], tmobilejasper: [], pod19: [], rogers: [] },
  controlCenterPlans: [],
  thingspace: { plans: [], devices: [] },
  teal: { esims: [], plans: [] },
  telegence: { plans: [], lines: [] },
  revio: { customers: [], services: [], products: [] },
};

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
    thingspace: {
      plans: [...a.thingspace.plans, ...b.thingspace.plans],
      devices: [...a.thingspace.devices, ...b.thingspace.devices],
    },
    teal: { esims: [...a.teal.esims, ...b.teal.esims], plans: [...a.teal.plans, ...b.teal.plans] },
    telegence: {
      plans: [...a.telegence.plans, ...b.telegence.plans],
      lines: [...a.telegence.lines, ...b.telegence.lines],
    },
    revio: {
      customers: [...a.revio.customers, ...b.revio.customers],
      services: [...a.revio.services, ...b.revio.services],
      products: [...a.revio.products, ...b.revio.products],
    },
  };
}

/** Columns of every row that is in use. */
export const ALIVE = { IsActive: 1, IsDeleted: 0 } as const;

/** When whatever happened before the sandbox happened. */
export const LONG_AGO = '2025-01-15 08:00:00.000';
