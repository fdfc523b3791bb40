import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';

/** What axios sends one request through. */
export interface WatchedTransport {
  request(options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest;
  /** Whether 102 (Processing) was answered. */
  isSeen(): boolean;
}

/**
 * 102 is an interim answer: Node tells it beside the response, for which it goes on waiting. Where the service says nothing
 * further, the call would only end with its time limit. `onSeen` is to end it.
 */
export function watchFor102(url: string, onSeen: () => void): WatchedTransport {
  const { request } = url.startsWith('https:') ? https : http;
  let isSeen = false;
  return {
    isSeen: () => isSeen,
    request: (options, onResponse) =>
      request(options, onResponse).on('information', ({ statusCode }) => {
        if (statusCode !== 102) return;
        isSeen = true;
        onSeen();
      }),
  };
}
