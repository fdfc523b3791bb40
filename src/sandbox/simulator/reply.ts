import type { IncomingMessage, ServerResponse } from 'node:http';

import type { SimulatedAnswer } from './service.ts';

/** Answers with JSON. */
export function send(response: ServerResponse, { status, body, headers }: SimulatedAnswer): void {
  // Nothing follows: an ordinary client waits for the answer until it gives up.
  if (status === 102) return response.writeProcessing();
  const text = textOf(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(status === 204 ? undefined : text);
}

/** A body as it is sent. */
export function textOf(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The JSON of a request, or the fields of a form, as its content type says; undefined without a body, null when it is neither. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'DELETE') return undefined;
  const chunks: Buffer[] = [];
  // No encoding is set on the request.
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return undefined;
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  if (!type.startsWith('application/json')) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch {
    return null;
  }
}
