import { z } from 'zod';

import type { SampleData } from '../sample/data.ts';
import { TELEGENCE_ACCOUNT } from './accounts.ts';
import type { SimulatedAnswer, SimulatedService } from './service.ts';
import { zonedDate } from './zoned-date.ts';

const lineSchema = z.object({ subscriberNumber: z.string(), sim: z.string(), singleUserCode: z.string() });

type Line = z.output<typeof lineSchema>;

const changeBody = z.strictObject({
  effectiveDate: zonedDate,
  serviceCharacteristic: z.tuple([z.strictObject({ name: z.literal('singleUserCode'), value: z.string().min(1) })]),
});

const SERVICE = /^\/sp\/mobility\/lineconfig\/api\/v1\/service\/(\d{10})$/;

/** Telegence: lines by their subscriber number, one per call. It documents no limit. */
export function simulatedTelegence({ telegence }: SampleData): SimulatedService {
  const plans = new Set(telegence.plans);
  let lines = new Map<string, Line>(telegence.lines.map((line) => [line.subscriberNumber, { ...line }]));

  const change = (line: Line, body: unknown): SimulatedAnswer => {
    const parsed = changeBody.safeParse(body);
    if (!parsed.success) return error(400, z.prettifyError(parsed.error));
    const [{ value: code }] = parsed.data.serviceCharacteristic;
    if (!plans.has(code)) return error(400, `Invalid singleUserCode ${code}`);
    // A later day does not show before it has come.
    const isLater = parsed.data.effectiveDate.slice(0, 10) > new Date().toISOString().slice(0, 10);
    if (!isLater) line.singleUserCode = code;
    return { status: 200, body: lineBody(line), effect: isLater ? 'plan scheduled' : 'plan set' };
  };

  return {
    name: 'telegence',
    prefix: '/telegence',
    limit: { perSecond: null, concurrency: null, perMinute: null },
    limited: () => error(429, 'Too many requests'),
    failure: (status) => error(status, `simulated ${status}`),
    refuse: ({ headers }) =>
      headers['app-id'] === TELEGENCE_ACCOUNT.appId && headers['app-secret'] === TELEGENCE_ACCOUNT.appSecret
        ? null
        : { status: 401, body: 'Unauthorized application' },
    subject: ({ path }) => SERVICE.exec(path)?.[1] ?? '',
    handle: ({ method, path, body }) => {
      const line = lines.get(SERVICE.exec(path)?.[1] ?? '');
      if (line === undefined) return error(404, 'Subscriber number not found');
      if (method === 'GET') return { status: 200, body: lineBody(line) };
      return method === 'PATCH' ? change(line, body) : error(405, 'Method not allowed');
    },
    violations: () => [],
    state: () => [...lines.values()],
    load: (state) => {
      const loaded = z.array(lineSchema).parse(state);
      lines = new Map(loaded.map((line) => [line.subscriberNumber, line]));
    },
  };
}

function lineBody({ subscriberNumber, sim, singleUserCode }: Line): object {
  return {
    subscriberNumber,
    serviceCharacteristic: [
      { name: 'subscriberStatus', value: 'A' },
      { name: 'singleUserCode', value: singleUserCode },
      { name: 'sim', value: sim },
    ],
  };
}

function error(status: number, errorDescription: string): SimulatedAnswer {
  return { status, body: { errorDescription } };
}
