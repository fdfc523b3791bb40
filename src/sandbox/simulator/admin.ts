import { z } from 'zod';

import { SERVICES } from './accounts.ts';
import { faultSchema } from './faults.ts';
import type { SimulatedAnswer } from './service.ts';
import type { SimulatorState } from './simulator-state.ts';

const latencyBody = z.strictObject({ service: z.enum(SERVICES), ms: z.number().min(0) });
const delayBody = z.strictObject({ service: z.enum(SERVICES), ms: z.number().min(0) });
const most = z.number().int().positive().nullable().optional();
const limitBody = z.strictObject({ service: z.enum(SERVICES), perSecond: most, concurrency: most, perMinute: most });
const modeBody = z.strictObject({ readOnly: z.boolean() });
const stateBody = z.partialRecord(z.enum(SERVICES), z.unknown());
const ledgerQuery = z.object({
  service: z.enum(SERVICES).optional(),
  subject: z.string().optional(),
  limit: z.coerce.number().int().positive().default(50),
});

/** The simulator's own calls, under `/_sandbox/`: they do not enter the ledger. */
export function answerAdmin(state: SimulatorState, method: string, url: URL, body: unknown, onStop: () => void): SimulatedAnswer {
  const action = `${method} ${url.pathname.slice('/_sandbox/'.length)}`;
  const act = actionsOn(state, url.searchParams, body, onStop).get(action);
  if (act === undefined) return { status: 404, body: { message: `no such call: ${action}` } };
  try {
    return { status: 200, body: act() ?? { ok: true } };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { message: z.prettifyError(error) } };
    throw error;
  }
}

function actionsOn(state: SimulatorState, query: URLSearchParams, body: unknown, onStop: () => void): Map<string, () => unknown> {
  const { services, faults, ledger } = state;
  return new Map<string, () => unknown>([
    ['GET status', () => statusOf(state)],
    ['GET ledger', () => ledger.entries(ledgerQuery.parse(Object.fromEntries(query)))],
    ['GET ledger/summary', () => ledger.summary()],
    ['GET faults', () => faults.list()],
    [
      'POST faults',
      () => {
        faults.add(faultSchema.parse(body));
        return faults.list();
      },
    ],
    ['DELETE faults', () => faults.clear()],
    [
      'POST latency',
      () => {
        const { service, ms } = latencyBody.parse(body);
        const hosted = services.get(service);
        if (hosted !== undefined) hosted.latencyMs = ms;
      },
    ],
    [
      'POST delay',
      () => {
        const { service, ms } = delayBody.parse(body);
        services.get(service)?.service.setDelay?.(ms);
      },
    ],
    [
      'POST limits',
      () => {
        const { service, perSecond, concurrency, perMinute } = limitBody.parse(body);
        services.get(service)?.limit.set({
          ...(perSecond === undefined ? {} : { perSecond }),
          ...(concurrency === undefined ? {} : { concurrency }),
          ...(perMinute === undefined ? {} : { perMinute }),
        });
      },
    ],
    [
      'POST mode',
      () => {
        state.isReadOnly = modeBody.parse(body).readOnly;
      },
    ],
    ['GET state', () => Object.fromEntries([...services].map(([name, { service }]) => [name, service.state()]))],
    [
      'POST state',
      () => {
        for (const [name, saved] of Object.entries(stateBody.parse(body))) services.get(name)?.service.load(saved);
      },
    ],
    ['POST reset', () => state.reset()],
    ['POST stop', onStop],
  ]);
}

function statusOf({ services, faults, ledger, isReadOnly }: SimulatorState): object {
  const { calls, violations, effects } = ledger.summary();
  return {
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    calls,
    violations,
    effects,
    isReadOnly,
    services: Object.fromEntries([...services].map(([name, { limit, latencyMs }]) => [name, { ...limit.limit, latencyMs }])),
    faults: faults.list(),
  };
}
