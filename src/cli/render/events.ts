import type { Emit } from '../../domain/event.ts';

/** Writes events as JSON lines, each with its version, time, run and number. */
export function createEventWriter(run: string, write: (line: string) => void, now: () => number): Emit {
  let seq = 0;
  return (event) => {
    seq += 1;
    write(`${JSON.stringify({ v: 1, ts: new Date(now()).toISOString(), run, seq, ...event })}\n`);
  };
}
