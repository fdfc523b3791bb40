import { z } from 'zod';

const esimSchema = z.object({
  eid: z.string(),
  iccid: z.string(),
  planUuid: z.string(),
  /** Of the last plan change; null before the first. */
  planChangeStatus: z.enum(['SUCCESS', 'FAILURE', 'IN_PROGRESS']).nullable().default(null),
  /** What becomes of a plan change: it is made, refused by its operation, or fails afterwards. */
  manner: z.enum(['willing', 'restricted', 'failing']),
});

const entrySchema = z.object({ eid: z.string(), planUuid: z.string() });

/** A queued call, and how it ended. */
const operationSchema = z.object({
  requestId: z.string(),
  entries: z.array(entrySchema),
  /** When it is carried out: milliseconds since the epoch. */
  dueAt: z.number(),
  results: z.array(z.object({ eid: z.string(), success: z.boolean(), errorMessage: z.string().optional() })).nullable(),
});

const changeSchema = z.object({ ...entrySchema.shape, dueAt: z.number() });

/** Everything that Teal knows. */
export const fleetSchema = z.object({
  /** How long a call is queued, and how long a plan change takes then. */
  queueMs: z.number().min(0).default(300),
  changeMs: z.number().min(0).default(400),
  plans: z.array(z.object({ uuid: z.string(), name: z.string() })),
  esims: z.array(esimSchema),
  operations: z.array(operationSchema).default([]),
  /** Plan changes under way. */
  changes: z.array(changeSchema).default([]),
});

export type FleetState = z.output<typeof fleetSchema>;
export type Esim = z.output<typeof esimSchema>;
export type Entry = z.output<typeof entrySchema>;
export type Operation = z.output<typeof operationSchema>;

/** Teal's eSIMs and what is under way with them. What is due has happened whenever it is looked at. */
export interface TealFleet {
  esim(eid: string): Esim | undefined;
  esims(): readonly Esim[];
  operation(requestId: string): Operation | undefined;
  queue(requestId: string, entries: readonly Entry[]): void;
  state(): FleetState;
}

/** The eSIMs of the simulated Teal, whose changes are done later. */
export function createTealFleet(state: FleetState, now: () => number): TealFleet {
  const esims = new Map(state.esims.map((each) => [each.eid, { ...each }]));
  const operations = new Map(state.operations.map((each) => [each.requestId, { ...each }]));
  const plans = new Set(state.plans.map(({ uuid }) => uuid));
  const queued = new Set([...operations.values()].filter(({ results }) => results === null));
  let changes = [...state.changes];

  const advance = (): void => {
    for (const operation of queued) {
      if (operation.dueAt > now()) continue;
      endChanges(operation.dueAt);
      operation.results = operation.entries.map((entry) => carryOut(entry, operation.dueAt));
      queued.delete(operation);
    }
    endChanges(now());
  };

  /** Ends the plan changes that are due by then. */
  const endChanges = (until: number): void => {
    for (const { eid, planUuid, dueAt } of changes) {
      const esim = esims.get(eid);
      if (esim === undefined || dueAt > until) continue;
      esim.planChangeStatus = esim.manner === 'failing' ? 'FAILURE' : 'SUCCESS';
      if (esim.manner !== 'failing') esim.planUuid = planUuid;
    }
    changes = changes.filter(({ dueAt }) => dueAt > until);
  };

  const carryOut = ({ eid, planUuid }: Entry, at: number) => {
    const esim = esims.get(eid);
    const refused = (errorMessage: string) => ({ eid, success: false, errorMessage });
    if (esim === undefined) return refused(`ESIM_NOT_FOUND: no eSIM ${eid}`);
    if (!plans.has(planUuid)) return refused(`VALIDATION_ERROR: no plan ${planUuid}`);
    if (esim.manner === 'restricted') return refused('FLOW_RESTRICTED_ERROR: the eSIM is not online');
    if (esim.planChangeStatus === 'IN_PROGRESS') return refused('FLOW_RESTRICTED_ERROR: a plan change is in progress');
    esim.planChangeStatus = 'IN_PROGRESS';
    changes.push({ eid, planUuid, dueAt: at + state.changeMs });
    return { eid, success: true };
  };

  return {
    esim: (eid) => {
      advance();
      return esims.get(eid);
    },
    esims: () => {
      advance();
      return [...esims.values()];
    },
    operation: (requestId) => {
      advance();
      return operations.get(requestId);
    },
    queue: (requestId, entries) => {
      const operation: Operation = { requestId, entries: [...entries], dueAt: now() + state.queueMs, results: null };
      operations.set(requestId, operation);
      queued.add(operation);
    },
    state: () => {
      advance();
      return { ...state, esims: [...esims.values()], operations: [...operations.values()], changes: [...changes] };
    },
  };
}
