import { z } from 'zod';

import { SERVICES } from './accounts.ts';

const KINDS = [
  '429',
  '429-date',
  '429-no-retry-after',
  '400',
  '401',
  '403',
  '404',
  '500',
  '500-after',
  '503',
  'reset-before',
  'reset-after',
  'timeout-before',
  'timeout-after',
  'late-effect',
  'malformed',
  'malformed-before',
  'truncated',
  'slow-body',
] as const;

/** A fault to switch on. */
export const faultSchema = z.strictObject({
  service: z.enum(SERVICES),
  kind: z.enum(KINDS),
  match: z.strictObject({ method: z.string().optional(), path: z.string().optional(), subject: z.string().optional() }).default({}),
  /** How often it strikes. */
  times: z.number().int().positive().default(1),
  /** It strikes every n-th call that matches. */
  every: z.number().int().positive().default(1),
  /** How late the effect of `late-effect` comes; how long a 429 asks to wait. */
  seconds: z.number().positive().default(1),
});

export type Fault = z.output<typeof faultSchema>;

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly Fault[];
  /** The fault that strikes this call, used up by one. */
  strike(service: string, call: { readonly method: string; readonly path: string }, subject: string): Fault | null;
}

/** The faults that are switched on. */
export function createFaults(): Faults {
  let active: { readonly fault: Fault; left: number; seen: number }[] = [];
  return {
    add: (fault) => {
      active.push({ fault, left: fault.times, seen: 0 });
    },
    clear: () => {
      active = [];
    },
    list: () => active.map(({ fault, left }) => ({ ...fault, times: left })),
    strike: (service, { method, path }, subject) => {
      for (const each of active) {
        const { match } = each.fault;
        if (
          each.fault.service !== service ||
          (match.method ?? method) !== method ||
          !path.includes(match.path ?? '') ||
          !subject.includes(match.subject ?? '')
        )
          continue;
        each.seen += 1;
        if (each.seen % each.fault.every !== 0) continue;
        each.left -= 1;
        active = active.filter(({ left }) => left > 0);
        return each.fault;
      }
      return null;
    },
  };
}
