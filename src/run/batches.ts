import type { BatchedStep, Sent } from '../domain/step.ts';

/** Puts members of batched steps into shared requests. Their intents are on disk before they come here. */
export interface Batches {
  send<T>(step: BatchedStep<T, unknown>, signal: AbortSignal): Promise<Sent<T>>;
  /** Runs workers side by side: as long as one of them runs it may bring a member that others wait for. */
  runWorkers(workers: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]>;
}

interface Member {
  readonly member: unknown;
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
    const { step, signal, members } = request;
    open.delete(step.key);
    waiting -= members.length;
    step
      .sendAll(
        members.map(({ member }) => member),
        signal,
      )
      .then(
        (answers) => {
          for (const [index, { done, failed }] of members.entries()) {
            const answer = answers[index];
            if (answer === undefined) failed(new Error(`batch "${step.key}": no answer for member ${index + 1} of ${members.length}`));
            else done(answer);
          }
        },
        (error: unknown) => {
          for (const { failed } of members) failed(error);
        },
      );
  };

  const dispatchIfAllWait = (): void => {
    if (waiting >= workers) for (const request of open.values()) dispatch(request);
  };

  return {
    send: <T>(step: BatchedStep<T, unknown>, signal: AbortSignal) =>
      new Promise<Sent<T>>((resolve, reject) => {
        // The member type belongs to the step: members of one key come from the same carrier.
        const shared: BatchedStep<unknown, unknown> = step;
        const request = open.get(step.key) ?? { step: shared, signal, members: [] };
        open.set(step.key, request);
        request.members.push({ member: shared.member, done: resolve as (sent: Sent<unknown>) => void, failed: reject });
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
