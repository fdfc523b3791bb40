import { z } from 'zod';

import type { RunEvent } from '../../domain/event.ts';
import { ROW_STATUSES } from '../../domain/status.ts';

const status = z.enum(ROW_STATUSES);
const held = z.record(z.string(), z.union([z.string(), z.number(), z.null()])).readonly();
const state = held.nullable();
const row = { line: z.number().int(), iccid: z.string() };

const error = z
  .object({
    code: z.string(),
    class: z.enum(['input', 'auth', 'limit', 'transient', 'carrier', 'billing', 'database', 'unknown']),
    retryable: z.boolean(),
    http: z.number().int().nullable(),
    message: z.string(),
    hint: z.string().nullable(),
  })
  .readonly()
  .nullable();

/** Every event of `--output jsonl`, without its envelope. */
const body = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run.start'),
    command: z.string(),
    dryRun: z.boolean(),
    rows: z.number().int(),
    bulkChangeIds: z.array(z.string()).readonly(),
    operator: z.string(),
    environment: z.string(),
  }),
  z.object({ type: z.literal('row.planned'), ...row, provider: z.string(), before: state, after: state }),
  z.object({
    type: z.literal('row.step'),
    ...row,
    category: z.enum(['preflight', 'api', 'database', 'rate-plan', 'error']),
    step: z.string(),
    state: z.enum(['intent', 'answer', 'failed', 'read-back']),
    message: z.string(),
  }),
  z.object({
    type: z.literal('row.result'),
    ...row,
    phoneNumber: z.string().nullable(),
    provider: z.string().nullable(),
    bulkChangeId: z.string().nullable(),
    status,
    before: state,
    after: state,
    attempts: z.number().int(),
    ms: z.number().int(),
    message: z.string(),
    error,
  }),
  z.object({
    type: z.literal('row.drift'),
    ...row,
    phoneNumber: z.string().nullable(),
    provider: z.string().nullable(),
    bulkChangeId: z.string(),
    wrote: held,
    carrier: state,
    database: state,
    differs: z.enum(['database', 'carrier', 'both', 'unread']),
    fix: z.enum(['safe', 'done', 'no']),
    message: z.string(),
  }),
  z.object({ type: z.literal('throttle'), account: z.string(), waitMs: z.number(), reason: z.string() }),
  z.object({
    type: z.literal('gate'),
    provider: z.string().describe('empty: of the whole run'),
    rule: z.string(),
    message: z.string(),
    stops: z.boolean().describe('nothing new is begun; false for a wave that is passed'),
  }),
  z.object({ type: z.literal('warning'), message: z.string() }),
  z.object({ type: z.literal('progress'), finished: z.number().int(), rows: z.number().int(), perSecond: z.number() }),
  z.object({
    type: z.literal('run.end'),
    byStatus: z.partialRecord(status, z.number().int()).readonly(),
    seconds: z.number(),
    exitCode: z.number().int(),
    next: z.string().nullable(),
  }),
]) satisfies z.ZodType<RunEvent>;

const envelope = z.object({
  v: z.literal(1).describe('version of this schema'),
  ts: z.iso.datetime().describe('UTC'),
  run: z.string().describe('id of the run; empty where nothing is saved'),
  seq: z.number().int().describe('counts from 1 without gaps'),
});

/** One line of `--output jsonl`. */
export const eventSchema = envelope.and(body);

/** The JSON Schema that ships with the package and that `pond-bulk help events` prints. */
export function eventJsonSchema(): object {
  return { title: 'pond-bulk event', description: 'One line of --output jsonl.', ...z.toJSONSchema(eventSchema) };
}
