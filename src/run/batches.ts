import type { Clock } from '../domain/clock.ts';
import type { BatchedStep, Sent } from '../domain/step.ts';

/** Puts members of batched steps into shared requests. Their intents are on disk before they come here. */
export interface Batches {
  send<T>(step: BatchedStep<T, unknown>, signal: AbortSignal): Promise<Sent<T>>;
}

interface Member {
  readonly member: unknown;
  readonly done: (sent: Sent<unknown>) => void;
  readonly failed: (reason: unknown) => void;
}

/** Members of one key wait `lingerMs` for company, or until the request is full. */
export function createBatches(lingerMs: number, clock: Clock): Batches {
  const open = new Map<string, Member[]>();

  const dispatch = (step: BatchedStep<unknown, unknown>, members: readonly Member[], signal: AbortSignal): void => {
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

  return {
    send: <T>(step: BatchedStep<T, unknown>, signal: AbortSignal) =>
      new Promise<Sent<T>>((resolve, reject) => {
        // The member type belongs to the step: members of one key come from the same carrier.
        const shared: BatchedStep<unknown, unknown> = step;
        const members = open.get(step.key) ?? [];
        members.push({ member: shared.member, done: resolve as (sent: Sent<unknown>) => void, failed: reject });
        const close = (): void => {
          if (open.get(step.key) !== members) return;
          open.delete(step.key);
          dispatch(shared, members, signal);
        };
        if (members.length >= step.maxMembers) return close();
        if (members.length === 1) {
          open.set(step.key, members);
          clock.sleep(lingerMs, signal).then(close, close);
        }
      }),
  };
}
