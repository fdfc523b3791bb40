import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import type { SimulatedAnswer, SimulatedCall, SimulatedService } from './service.ts';
import { fault, refused, xmlFault } from './thingspace-errors.ts';
import { loginState, simulatedLogin } from './thingspace-login.ts';

const deviceSchema = z.object({
  iccid: z.string(),
  mdn: z.string(),
  accountName: z.string(),
  plan: z.string(),
  state: z.enum(['active', 'suspend', 'deactive']),
  ipPool: z.string().nullable().default(null),
  /** A plan that was accepted and is not there yet. */
  next: z.object({ plan: z.string(), takenAt: z.number() }).nullable().default(null),
  /** Plan changes in a month (`yyyy-MM`, UTC). */
  changes: z.object({ month: z.string(), count: z.number().int() }).default({ month: '', count: 0 }),
});

type Device = z.output<typeof deviceSchema>;

const stateSchema = z.object({ devices: z.array(deviceSchema), login: loginState });

const iccidSchema = z.object({ kind: z.literal('iccid'), id: z.string() });
const listBody = z.strictObject({ deviceId: iccidSchema });
const changeBody = z.strictObject({
  accountName: z.string(),
  servicePlan: z.string(),
  carrierIpPoolName: z.string().min(1).optional(),
  devices: z.array(z.strictObject({ deviceIds: z.array(iccidSchema).length(1) })).optional(),
});

const LIST = '/m2m/v1/devices/actions/list';
const CHANGE = '/m2m/v1/devices/actions/plan';
const TOKEN = '/ts/v1/oauth2/token';
const LOGIN = '/m2m/v1/session/login';

const MAX_DEVICES = 200;
/** Documented: plan changes of one device in a calendar month. */
const MAX_CHANGES = 4;
/** How long an accepted change takes. */
const DELAY_MS = 250;

/** Verizon ThingSpace: two tokens, changes of many devices in one request, which are accepted and done later. */
export function simulatedThingSpace(sample: SampleData): SimulatedService {
  const plans = new Set(sample.thingspace.plans);
  const login = simulatedLogin();
  let devices = byIccid(sample.thingspace.devices.map((each) => deviceSchema.parse(each)));
  let delayMs = DELAY_MS;
  let broken: string[] = [];

  /** A device as it is now. */
  const found = (iccid: string): Device | undefined => {
    const device = devices.get(iccid);
    if (device?.next != null && Date.now() >= device.next.takenAt + delayMs) {
      device.plan = device.next.plan;
      device.next = null;
    }
    return device;
  };

  const list = (body: unknown): SimulatedAnswer => {
    const parsed = listBody.safeParse(body);
    if (!parsed.success) return refused(400, 'INPUT_INVALID.Request', z.prettifyError(parsed.error));
    const device = found(parsed.data.deviceId.id);
    return device === undefined
      ? refused(404, 'REQUEST_FAILED.DeviceNotFound', `There is no device ${parsed.data.deviceId.id}`)
      : { status: 200, body: { hasMoreData: false, devices: [deviceBody(device)] } };
  };

  const refusalOf = (device: Device | undefined, iccid: string, accountName: string): SimulatedAnswer | null => {
    if (device === undefined || device.accountName !== accountName)
      return refused(400, 'REQUEST_FAILED.DeviceNotFound', `There is no device ${iccid} in account ${accountName}`);
    if (device.state !== 'active') return refused(400, 'INPUT_INVALID.DeviceState.Invalid', `Device ${iccid} is in state ${device.state}`);
    if (changesOf(device) < MAX_CHANGES) return null;
    broken.push(`thingspace: more than ${MAX_CHANGES} plan changes of ${iccid} in a month`);
    return refused(400, 'INPUT_INVALID.DeviceState.Invalid', `Device ${iccid} had ${MAX_CHANGES} plan changes this month`);
  };

  const change = (body: unknown): SimulatedAnswer => {
    const parsed = changeBody.safeParse(body);
    if (!parsed.success) return refused(400, 'INPUT_INVALID.Request', z.prettifyError(parsed.error));
    const { accountName, servicePlan, carrierIpPoolName = null } = parsed.data;
    const ofAccount = [...devices.values()].filter((device) => device.accountName === accountName).map(({ iccid }) => iccid);
    if (ofAccount.length === 0) return refused(400, 'REQUEST_FAILED.AccountNotFound', `There is no account ${accountName}`);
    if (!plans.has(servicePlan)) return refused(400, 'REQUEST_FAILED._servicePlan_.NotFound', `There is no service plan ${servicePlan}`);
    const named = namedIn(body);
    if (named.length > MAX_DEVICES) return refused(400, 'INPUT_INVALID.NumberofDevices', `More than ${MAX_DEVICES} devices`);
    // As documented: a body without devices selects the whole account.
    if (named.length === 0) broken.push(`thingspace: a change of the whole account ${accountName}`);
    const wanted = named.length === 0 ? ofAccount : named;
    for (const iccid of wanted) {
      const refusal = refusalOf(found(iccid), iccid, accountName);
      if (refusal !== null) return refusal;
    }
    for (const iccid of wanted) {
      const device = found(iccid);
      if (device === undefined) continue;
      device.changes = { month: thisMonth(), count: changesOf(device) + 1 };
      device.next = { plan: servicePlan, takenAt: Date.now() };
      device.ipPool = carrierIpPoolName ?? device.ipPool;
    }
    return { status: 200, body: { requestId: randomUUID() }, effect: 'plan set' };
  };

  return {
    name: 'thingspace',
    prefix: '/thingspace/api',
    limit: { perSecond: null, concurrency: null, perMinute: null },
    limited: (seconds) => ({
      ...fault(429, '900800', 'Message throttled out', 'Too many requests'),
      headers: { 'Retry-After': String(seconds) },
    }),
    failure: (status) => {
      const message = `simulated ${status}`;
      if (status === 401) return fault(401, '900902', message, message);
      if (status === 403) return xmlFault(403, message);
      if (status === 404) return refused(404, 'REQUEST_FAILED.DeviceNotFound', message);
      return refused(status, status === 400 ? 'INPUT_INVALID.Device.Simulated' : 'REQUEST_FAILED.UnexpectedError', message);
    },
    refuse: (call) => {
      if (call.path === TOKEN) return null;
      return login.refuseAtGateway(call) ?? (call.path === LOGIN ? null : login.refuseSession(call));
    },
    subject: ({ path, body }) => (path === LIST || path === CHANGE ? namedIn(body).join(' ') : ''),
    isRead: ({ path }) => path !== CHANGE,
    handle: (call) => {
      switch (`${call.method} ${call.path}`) {
        case `POST ${TOKEN}`:
          return login.token(call);
        case `POST ${LOGIN}`:
          return login.login(call);
        case `POST ${LIST}`:
          return list(call.body);
        case `PUT ${CHANGE}`:
          return change(call.body);
        default:
          return xmlFault(404, `No matching resource found for ${call.method} ${call.path}`);
      }
    },
    violations: () => broken.splice(0),
    setDelay: (ms) => {
      delayMs = ms;
    },
    state: () => ({ devices: [...devices.keys()].map(found), login: login.state() }),
    load: (state) => {
      const parsed = stateSchema.parse(state);
      devices = byIccid(parsed.devices);
      login.load(parsed.login);
    },
  };
}

function byIccid(devices: readonly Device[]): Map<string, Device> {
  return new Map(devices.map((each) => [each.iccid, each]));
}

/** The ICCIDs in a body, whatever else is wrong with it. */
function namedIn(body: SimulatedCall['body']): readonly string[] {
  const parsed = z.union([listBody, changeBody]).safeParse(body);
  if (!parsed.success) return [];
  return 'deviceId' in parsed.data
    ? [parsed.data.deviceId.id]
    : (parsed.data.devices ?? []).flatMap(({ deviceIds }) => deviceIds.map(({ id }) => id));
}

function changesOf({ changes }: Device): number {
  return changes.month === thisMonth() ? changes.count : 0;
}

function thisMonth(): string {
  return new Date().toISOString().slice(0, 7);
}

function deviceBody({ iccid, mdn, accountName, plan, state }: Device): object {
  return {
    accountName,
    carrierInformations: [{ carrierName: 'Verizon Wireless', servicePlan: plan, state }],
    connected: false,
    deviceIds: [
      { id: mdn, kind: 'mdn' },
      { id: iccid, kind: 'iccid' },
    ],
  };
}
