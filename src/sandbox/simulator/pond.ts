import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import { POND_ACCOUNT } from './accounts.ts';
import { queryFields } from './query-fields.ts';
import { basic, type SimulatedAnswer, type SimulatedCall, type SimulatedService } from './service.ts';

const GIGABYTE = 1024 ** 3;
/** When the sample packages were made: epoch seconds. */
const LONG_AGO = 1_736_928_000;

const packageSchema = z.object({
  packageId: z.string().min(1),
  simIccid: z.string().regex(/^\d+$/),
  packageTypeId: z.number().int(),
  status: z.enum(['NOT_ACTIVE', 'ACTIVE', 'TERMINATED']),
  dateCreated: z.number().default(LONG_AGO),
  dateActivated: z.number().nullable().default(null),
  dateTerminated: z.number().nullable().default(null),
  dataUsageRemainingInBytes: z.number().default(GIGABYTE),
});

type Package = z.output<typeof packageSchema>;

const stateSchema = z.object({
  packageTypes: z.array(z.object({ packageTypeId: z.number().int(), name: z.string() })),
  sims: z.array(z.string()),
  packages: z.array(packageSchema),
});

type State = z.output<typeof stateSchema>;

const pageQuery = z.strictObject({
  packageStatuses: z.union([packageSchema.shape.status.transform((status) => [status]), z.array(packageSchema.shape.status)]).default([]),
  offset: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().positive().default(10),
  sortField: z.literal('packageId').default('packageId'),
  sortOrder: z.enum(['ASC', 'DESC']).default('ASC'),
});
const addBody = z.strictObject({ packageTypeId: z.number().int() });
const statusBody = z.strictObject({ packageStatus: z.enum(['ACTIVE', 'NOT_ACTIVE', 'TERMINATED']) });

const AUTHORIZATION = basic(POND_ACCOUNT.username, POND_ACCOUNT.password);

/** POND (Telna "distributorPPUService" v1). Watches that no SIM loses its last package through a call. */
export function simulatedPond(sample: SampleData): SimulatedService {
  let types = new Map(sample.pond.packageTypes.map((type) => [type.packageTypeId, type]));
  let sims = new Set(sample.pond.sims);
  let packages = new Map<string, Package>();
  let bySim = new Map<string, Package[]>();
  let bare: string[] = [];

  const keep = (each: Package): void => {
    packages.set(each.packageId, each);
    const mine = bySim.get(each.simIccid);
    if (mine === undefined) bySim.set(each.simIccid, [each]);
    else mine.push(each);
  };
  for (const each of sample.pond.packages) {
    const dateActivated = each.status === 'ACTIVE' ? LONG_AGO : null;
    keep({ ...each, dateCreated: LONG_AGO, dateActivated, dateTerminated: null, dataUsageRemainingInBytes: GIGABYTE });
  }

  const list = (iccid: string, query: URLSearchParams): SimulatedAnswer => {
    const parsed = pageQuery.safeParse(queryFields(query));
    if (!parsed.success) return error(400, 'query parameters are not valid');
    const { packageStatuses: statuses, offset, count, sortOrder } = parsed.data;
    const found = (bySim.get(iccid) ?? [])
      .filter(({ status }) => statuses.length === 0 || statuses.includes(status))
      .toSorted((a, b) => (a.packageId < b.packageId === (sortOrder === 'ASC') ? -1 : 1));
    const elements = found.slice(offset, offset + count);
    return { status: 200, body: { total: found.length, offset, count: elements.length, elements } };
  };

  const add = (iccid: string, body: unknown): SimulatedAnswer => {
    const parsed = addBody.safeParse(body);
    if (!parsed.success) return error(400, 'packageTypeId is required');
    if (!types.has(parsed.data.packageTypeId)) return error(404, `package type ${parsed.data.packageTypeId} not found`);
    const added: Package = {
      packageId: randomUUID(),
      simIccid: iccid,
      packageTypeId: parsed.data.packageTypeId,
      status: 'NOT_ACTIVE',
      dateCreated: Math.floor(Date.now() / 1000),
      dateActivated: null,
      dateTerminated: null,
      dataUsageRemainingInBytes: GIGABYTE,
    };
    keep(added);
    return { status: 200, body: added, effect: `added package ${added.packageTypeId}` };
  };

  const setStatus = (found: Package, body: unknown): SimulatedAnswer => {
    const parsed = statusBody.safeParse(body);
    if (!parsed.success) return error(400, 'packageStatus is not valid');
    const { packageStatus } = parsed.data;
    if (found.status === 'TERMINATED' && packageStatus !== 'TERMINATED') return error(400, 'package is terminated');
    if (found.status === packageStatus) return error(400, `package is already ${packageStatus.toLowerCase()}`);
    const hadActive = isCovered(found.simIccid);
    found.status = packageStatus;
    if (packageStatus === 'ACTIVE') found.dateActivated = Math.floor(Date.now() / 1000);
    if (packageStatus === 'TERMINATED') found.dateTerminated = Math.floor(Date.now() / 1000);
    if (hadActive && !isCovered(found.simIccid)) bare.push(`SIM ${found.simIccid} was left without an active package`);
    return {
      status: 204,
      effect:
        packageStatus === 'ACTIVE' ? 'activated package' : packageStatus === 'TERMINATED' ? 'terminated package' : 'deactivated package',
    };
  };

  const isCovered = (iccid: string): boolean => (bySim.get(iccid) ?? []).some(({ status }) => status === 'ACTIVE');

  const route = (call: SimulatedCall): SimulatedAnswer => {
    const [kind, id = '', ...rest] = partsOf(call.path);
    const action = `${call.method} ${kind} ${rest.join('/')}`;
    if (kind === 'sim') {
      if (!/^\d{19}$/.test(id)) return error(400, 'iccid must have exactly 19 digits');
      if (!sims.has(id)) return error(404, `sim ${id} not found`);
      if (action === 'GET sim package/infos') return list(id, call.query);
      if (action === 'POST sim addPackage') return add(id, call.body);
      if (action === 'GET sim status')
        return {
          status: 200,
          body: { simDataServiceStatus: 'ACTIVE', simVoiceServiceStatus: 'ACTIVE', simSmsServiceStatus: 'ACTIVE', statusOfSim: 'ACTIVE' },
        };
    }
    if (kind === 'package') {
      const found = packages.get(id);
      if (found === undefined) return error(404, `package ${id} not found`);
      if (action === 'GET package info') return { status: 200, body: found };
      if (action === 'POST package status') return setStatus(found, call.body);
    }
    if (action === 'GET packageType ') {
      const type = types.get(Number(id));
      return type === undefined ? error(404, `package type ${id} not found`) : { status: 200, body: typeBody(type) };
    }
    if (action === 'GET inventory packageTypes') return { status: 200, body: [...types.values()].map(typeBody) };
    return error(404, 'no such resource');
  };

  return {
    name: 'pond',
    prefix: '/pond/ds/u/distributorPPUService/v1',
    limit: { perSecond: null, concurrency: null, perMinute: null },
    limited: () => error(429, 'too many requests'),
    failure: (status) => error(status, `simulated ${status}`),
    refuse: (call) => {
      const { headers, path } = call;
      if (headers['apikey'] !== POND_ACCOUNT.apiKey) return echoing(call, error(401, 'invalid api key'));
      if (headers['authorization'] !== AUTHORIZATION) return echoing(call, error(401, 'invalid credentials'));
      return path.startsWith(`/${POND_ACCOUNT.distributorId}/`) ? null : echoing(call, error(403, 'not your distributor'));
    },
    subject: ({ path }) => {
      const [kind, id = ''] = partsOf(path);
      return kind === 'package' ? (packages.get(id)?.simIccid ?? id) : id;
    },
    handle: (call) => echoing(call, route(call)),
    violations: () => {
      const told = bare;
      bare = [];
      return told;
    },
    state: (): State => ({ packageTypes: [...types.values()], sims: [...sims], packages: [...packages.values()] }),
    load: (state) => {
      const loaded = stateSchema.parse(state);
      types = new Map(loaded.packageTypes.map((type) => [type.packageTypeId, type]));
      sims = new Set(loaded.sims);
      packages = new Map();
      bySim = new Map();
      for (const each of loaded.packages) keep(each);
    },
  };
}

/** A RequestId comes back as it was sent. */
function echoing({ headers }: SimulatedCall, answered: SimulatedAnswer): SimulatedAnswer {
  const requestId = headers['requestid'];
  return typeof requestId === 'string' ? { ...answered, headers: { RequestId: requestId } } : answered;
}

/** The path behind the distributor id. */
function partsOf(path: string): readonly string[] {
  return path.split('/').slice(2);
}

function typeBody(type: { readonly packageTypeId: number; readonly name: string }): object {
  return { ...type, status: 'ACTIVE', activationType: 'API', dataUsageAllowanceInBytes: GIGABYTE };
}

function error(status: number, message: string): SimulatedAnswer {
  return { status, body: { status, code: 0, message, link: '', developerMessage: message, referenceId: null } };
}
