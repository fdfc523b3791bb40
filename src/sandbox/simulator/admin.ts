import { z } from 'zod';

import { faultSchema } from './faults.ts';
import type { SimulatedAnswer } from './service.ts';
import type { SimulatorState } from './simulator.ts';

const latencyBody = z.object({ service: z.string(), ms: z.number().min(0) });
const limitBody = z.object({
  service: z.string(),
  perSecond: z.number().nullable().optional(),
  concurrency: z.number().nullable().optional(),
  perMinute: z.number().nullable().optional(),
});

/** The simulator's own calls, under `/_sandbox/`: they do not enter the ledger. */
export function answerAdmin(state: SimulatorState, method: string, url: URL, body: unknown, onStop: () => void): SimulatedAnswer {
  try {
    return {
      status: 200,
      body: route(state, `${method} ${url.pathname.slice('/_sandbox/'.length)}`, url.searchParams, body, onStop) ?? { ok: true },
    };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { message: z.prettifyError(error) } };
    throw error;
  }
}

function route(state: SimulatorState, action: string, query: URLSearchParams, body: unknown, onStop: () => void): unknown {
  const { services, faults, ledger } = state;
  switch (action) {
    case 'GET status': {
      const { calls, violations, effects } = ledger.summary();
      const pace = Object.fromEntries([...services].map(([name, { limit, latencyMs }]) => [name, { ...limit.limit, latencyMs }]));
      return {
        pid: process.pid,
        uptimeSeconds: Math.round(process.uptime()),
        calls,
        violations,
        effects,
        services: pace,
        faults: faults.list(),
      };
    }
    case 'GET ledger':
      return ledger.entries({ service: query.get('service'), subject: query.get('subject'), limit: Number(query.get('limit') ?? 50) });
    case 'GET ledger/summary':
      return ledger.summary();
    case 'GET faults':
      return faults.list();
    case 'POST faults':
      faults.add(faultSchema.parse(body));
      return faults.list();
    case 'DELETE faults':
      return faults.clear();
    case 'POST latency': {
      const { service, ms } = latencyBody.parse(body);
      const hosted = services.get(service);
      if (hosted !== undefined) hosted.latencyMs = ms;
      return undefined;
    }
    case 'POST limits': {
      const { service, perSecond, concurrency, perMinute } = limitBody.parse(body);
      services.get(service)?.limit.set({
        ...(perSecond === undefined ? {} : { perSecond }),
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(perMinute === undefined ? {} : { perMinute }),
      });
      return undefined;
    }
    case 'POST mode':
      state.isReadOnly = z.object({ readOnly: z.boolean() }).parse(body).readOnly;
      return undefined;
    case 'GET state':
      return Object.fromEntries([...services].map(([name, { service }]) => [name, service.state()]));
    case 'POST state':
      for (const [name, saved] of Object.entries(z.record(z.string(), z.unknown()).parse(body))) services.get(name)?.service.load(saved);
      return undefined;
    case 'POST reset':
      return state.reset();
    case 'POST stop':
      return onStop();
    default:
      return { message: `no such call: ${action}` };
  }
}
