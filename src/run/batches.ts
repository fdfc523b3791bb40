import type { BatchedStep, Sent } from '../domain/step.ts';

/** Puts members of batched steps into shared requests. */
export interface Batches {
  /** `intend` puts the member's intent on disk; a request goes out when those of all its members are. A part of a refused one has intents of its own. */
  send<T>(step: BatchedStep<T, unknown>, intend: Intend, signal: AbortSignal): Promise<Sent<T>>;
  /** Runs workers side by side: as long as one of them runs it may bring a member that others wait for. */
  runWorkers(workers: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]>;
}

/** Told of the request: its name, empty where it has none, and how many share it. */
export type Intend = (handle: string, members: number) => Promise<void>;

interface Member {
  readonly member: unknown;
  readonly intend: Intend;
  readonly done: (sent: Sent<unknown>) => void;
  readonly failed: (reason: unknown) => void;
}

interface Request {
  readonly step: BatchedStep<unknown, unknown>;
  readonly signal: AbortSignal;
  readonly members: Member[];
}

/**
 * A request goes when it is full, or when all workers wait for one: then nobody can join any more. No time is waited for:
 * how long members need to come together depends on the carrier's pace.
 */
export function createBatches(): Batches {
  const open = new Map<string, Request>();
  let workers = 0;
  let waiting = 0;

  const dispatch = (request: Request): void => {
    open.delete(request.step.key);
    waiting -= request.members.length;
    void sendTogether(request.step, request.members, request.signal);
  };

  const dispatchIfAllWait = (): void => {
    if (waiting >= workers) for (const request of open.values()) dispatch(request);
  };

  return {
    send: <T>(step: BatchedStep<T, unknown>, intend: Intend, signal: AbortSignal) =>
      new Promise<Sent<T>>((resolve, reject) => {
        // The member type belongs to the step: members of one key come from the same carrier.
        const shared: BatchedStep<unknown, unknown> = step;
        const request = open.get(step.key) ?? { step: shared, signal, members: [] };
        open.set(step.key, request);
        request.members.push({ member: shared.member, intend, done: resolve as (sent: Sent<unknown>) => void, failed: reject });
        waiting += 1;
        if (request.members.length >= step.maxMembers) dispatch(request);
        else dispatchIfAllWait();
      }),
    runWorkers: (all) => {
      // Counted before the first begins: its member must not go alone.
      workers += all.length;
      return Promise.all(
        all.map(async (worker) => {
          try {
            return await worker();
          } finally {
            workers -= 1;
            dispatchIfAllWait();
          }
        }),
      );
    },
  };
}

/** Sends one request for all members, or again in halves where it is refused because of some of them. Tells each how it ended. */
async function sendTogether(step: BatchedStep<unknown, unknown>, members: readonly Member[], signal: AbortSignal): Promise<void> {
  try {
    signal.throwIfAborted();
    const handle = step.newHandle?.() ?? '';
    await Promise.all(members.map(({ intend }) => intend(handle, members.length)));
    const answers = await step.sendAll(
      members.map(({ member }) => member),
      signal,
      handle,
    );
    if (members.length > 1 && answers.some((sent) => sent.kind === 'refused' && step.isForSome?.(sent.error) === true)) {
      const half = Math.ceil(members.length / 2);
      await Promise.all([members.slice(0, half), members.slice(half)].map((part) => sendTogether(step, part, signal)));
      return;
    }
    for (const [index, { done, failed }] of members.entries()) {
      const answer = answers[index];
      if (answer === undefined) failed(new Error(`batch "${step.key}": no answer for member ${index + 1} of ${members.length}`));
      else done(answer);
    }
  } catch (error) {
    for (const { failed } of members) failed(error);
  }
}
