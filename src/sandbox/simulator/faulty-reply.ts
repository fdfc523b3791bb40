import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Fault } from './faults.ts';
import { send, textOf } from './reply.ts';
import type { SimulatedAnswer, SimulatedService } from './service.ts';

/** A timed-out call is held open for so long, unless the caller goes first. */
const NEVER_MS = 10 * 60_000;
const SLOW_PIECE_MS = 200;

/** Faults that strike after the call was done. */
export function happensFirst(kind: Fault['kind']): boolean {
  return ['500-after', 'reset-after', 'timeout-after', 'malformed', 'truncated', 'slow-body'].includes(kind);
}

/** What a fault answers; null when it answers nothing. `answered` is the service's own answer to a call that was done. */
export function faultyReply({ kind, seconds }: Fault, service: SimulatedService, answered: SimulatedAnswer | null): SimulatedAnswer | null {
  const wait = Math.ceil(seconds);
  switch (kind) {
    case '429':
      return { ...service.limited(wait), headers: { 'Retry-After': String(wait) } };
    case '429-date':
      // Dates have whole seconds: rounded up, so that the wait is never shorter.
      return { ...service.limited(wait), headers: { 'Retry-After': new Date(Date.now() + wait * 1000 + 999).toUTCString() } };
    case '429-no-retry-after':
      return { ...service.limited(wait), headers: {} };
    case '400':
    case '401':
    case '403':
    case '404':
    case '500':
    case '503':
      return service.failure(Number(kind));
    case '500-after':
      return service.failure(500);
    case 'malformed':
    case 'malformed-before':
      return { status: withBody(answered), body: '<html>not JSON</html>' };
    case 'truncated':
    case 'slow-body':
      return { status: withBody(answered), body: textOf(answered?.body) || '{"padding":"so that there is a body"}' };
    case 'reset-before':
    case 'reset-after':
    case 'timeout-before':
    case 'timeout-after':
    case 'late-effect':
      return null;
    default:
      return kind satisfies never;
  }
}

/** The status, but one that may have a body. */
function withBody(answered: SimulatedAnswer | null): number {
  return answered === null || answered.status === 204 ? 200 : answered.status;
}

/** Answers in the way of the fault, or not at all. */
export async function sendFaulty({ kind }: Fault, reply: SimulatedAnswer | null, response: ServerResponse): Promise<void> {
  if (reply === null) {
    if (kind === 'reset-before' || kind === 'reset-after') response.socket?.resetAndDestroy();
    else await neverAnswer(response);
  } else if (kind === 'truncated') {
    const text = textOf(reply.body);
    response.writeHead(reply.status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    response.write(text.slice(0, Math.floor(text.length / 2)));
    response.socket?.end();
  } else if (kind === 'slow-body') {
    await dribble(reply, response);
  } else {
    send(response, reply);
  }
}

async function neverAnswer(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await sleep(NEVER_MS, undefined, { signal: gone.signal, ref: false }).catch(() => undefined);
  response.destroy();
}

async function dribble({ status, body }: SimulatedAnswer, response: ServerResponse): Promise<void> {
  const text = textOf(body);
  response.writeHead(status, { 'Content-Type': 'application/json' });
  for (const piece of [text.slice(0, 5), text.slice(5, 10), text.slice(10)]) {
    response.write(piece);
    await sleep(SLOW_PIECE_MS);
  }
  response.end();
}
