import { z } from 'zod';

import type { ControlCenter, SampleData } from '../sample-data.ts';
import { controlCenterKey } from './accounts.ts';
import { basic, type SimulatedAnswer, type SimulatedService } from './service.ts';

interface Device {
  readonly iccid: string;
  readonly msisdn: string;
  ratePlan: string;
  communicationPlan: string;
  dateUpdated: string;
}

const MEMBERS = ['ratePlan', 'communicationPlan', 'effectiveDate'];
const editBody = z.object({
  ratePlan: z.string().min(1).optional(),
  communicationPlan: z.string().min(1).optional(),
  effectiveDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}Z$/)
    .optional(),
});

/** One tenant of Cisco IoT Control Center: one active call, five in any second. */
export function simulatedControlCenter(name: ControlCenter, sample: SampleData): SimulatedService {
  const plans = new Set(sample.controlCenterPlans);
  const dated = (): string => new Date().toISOString().replace('T', ' ').replace('Z', '+0000');
  let devices = new Map<string, Device>(
    sample.controlCenter[name].map((each) => [each.iccid, { ...each, dateUpdated: '2025-01-15 08:00:00.000+0000' }]),
  );

  const edit = (device: Device, body: unknown): SimulatedAnswer => {
    const parsed = editBody.safeParse(body);
    if (!parsed.success || typeof body !== 'object' || body === null) return error(400, '10000023', 'Malformed JSON');
    if (Object.keys(body).some((member) => !MEMBERS.includes(member))) return error(400, '10000028', 'Unknown member');
    const { ratePlan, communicationPlan, effectiveDate } = parsed.data;
    if (ratePlan !== undefined && !plans.has(ratePlan)) return error(400, '10000024', `Rate plan ${ratePlan} is not valid`);
    const isLater = effectiveDate !== undefined && effectiveDate.slice(0, 10) > new Date().toISOString().slice(0, 10);
    if (!isLater && ratePlan !== undefined) device.ratePlan = ratePlan;
    if (!isLater && communicationPlan !== undefined) device.communicationPlan = communicationPlan;
    device.dateUpdated = dated();
    return { status: 200, body: { iccid: device.iccid }, effect: isLater ? 'plan scheduled' : 'plan set' };
  };

  return {
    name,
    prefix: `/${name}/rws/api/v1`,
    limit: { perSecond: 5, concurrency: 1, perMinute: null },
    limited: error(429, '40000029', 'Rate limit exceeded'),
    refuse: ({ headers }) =>
      headers['authorization'] === basic('sandbox', controlCenterKey(name))
        ? null
        : { ...error(401, '10000001', 'Invalid credentials'), headers: { 'WWW-Authenticate': 'Basic realm="Jasper"' } },
    subject: ({ path }) => path.split('/')[2] ?? '',
    handle: ({ method, path, body }) => {
      const iccid = /^\/devices\/(\d+)$/.exec(path)?.[1];
      const device = iccid === undefined ? undefined : devices.get(iccid);
      if (device === undefined) return error(404, '20000001', 'Resource not found');
      if (method === 'GET') return { status: 200, body: deviceBody(device) };
      return method === 'PUT' ? edit(device, body) : error(405, undefined, 'Method not allowed');
    },
    violations: () => [],
    state: () => [...devices.values()],
    load: (state) => {
      // Written by `state` of this simulator.
      devices = new Map((state as readonly Device[]).map((each) => [each.iccid, { ...each }]));
    },
  };
}

function deviceBody(device: Device): object {
  return {
    imsi: null,
    imei: '',
    status: 'ACTIVATED',
    customer: null,
    accountId: '100020620',
    dateActivated: '2025-01-15 08:00:00.000+0000',
    eid: null,
    ...device,
  };
}

function error(status: number, errorCode: string | undefined, errorMessage: string): SimulatedAnswer {
  return { status, body: { errorMessage, errorCode } };
}
