import type { Clock } from '../domain/clock.ts';
import type { BatchedStep, Sent } from '../domain/step.ts';

/** Puts members of batched steps into shared requests. */
export interface Batches {
  /** `intend` puts the member's intent on disk; the request goes out when those of all its members are. */
  send<T>(step: BatchedStep<T, unknown>, intend: (handle: string) => Promise<void>, signal: AbortSignal): Promise<Sent<T>>;
}

interface Member {
  readonly member: unknown;
  readonly intend: (handle: string) => Promise<void>;
  readonly done: (sent: Sent<unknown>) => void;
  readonly failed: (reason: unknown) => void;
}

/** Members of one key wait for company, `lingerMs` where their step does not say how long, or until the request is full. */
export function createBatches(lingerMs: number, clock: Clock): Batches {
  const open = new Map<string, Member[]>();

  const dispatch = async (step: BatchedStep<unknown, unknown>, members: readonly Member[], signal: AbortSignal): Promise<void> => {
    try {
      signal.throwIfAborted();
      const handle = step.newHandle?.() ?? '';
      await Promise.all(members.map(({ intend }) => intend(handle)));
      const answers = await step.sendAll(
        members.map(({ member }) => member),
        signal,
        handle,
      );
      for (const [index, { done, failed }] of members.entries()) {
        const answer = answers[index];
        if (answer === undefined) failed(new Error(`batch "${step.key}": no answer for member ${index + 1} of ${members.length}`));
        else done(answer);
      }
    } catch (error) {
      for (const { failed } of members) failed(error);
    }
  };

  return {
    send: <T>(step: BatchedStep<T, unknown>, intend: (handle: string) => Promise<void>, signal: AbortSignal) =>
      new Promise<Sent<T>>((resolve, reject) => {
        // The member type belongs to the step: members of one key come from the same carrier.
        const shared: BatchedStep<unknown, unknown> = step;
        const members = open.get(step.key) ?? [];
        members.push({ member: shared.member, intend, done: resolve as (sent: Sent<unknown>) => void, failed: reject });
        open.set(step.key, members);
        const close = (): void => {
          if (open.get(step.key) !== members) return;
          open.delete(step.key);
          void dispatch(shared, members, signal);
        };
        if (members.length >= step.maxMembers) close();
        else if (members.length === 1) clock.sleep(step.lingerMs ?? lingerMs, signal).then(close, close);
      }),
  };
}
