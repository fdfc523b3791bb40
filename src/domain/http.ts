/** One request, before the account's headers are added. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  /** Beside the account's own, or in their place. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
  /** A read that is never sent again once it may have arrived. */
  readonly isOnce?: boolean;
  /** 102 (Processing) is an answer to this call, and nothing follows it: the service says "still running" so. */
  readonly endsWith102?: boolean;
}

/** An answer that arrived whole. */
export interface HttpAnswer {
  readonly status: number;
  /** As it came, to be read. Whatever is kept or shown of it goes through the client's `redact`. */
  readonly text: string;
  readonly retryAfterMs: number | null;
}

/** What became of a call. Values, not exceptions: what a lost answer means is the carrier's business. */
export type HttpReply =
  | ({ readonly kind: 'answer' } & HttpAnswer)
  /** The connection could not be made: nothing reached the other side. */
  | {
      readonly kind: 'not-sent';
      readonly reason: string;
      /** The other side could not prove by its TLS certificate who it is. */
      readonly isUntrusted?: boolean;
    }
  /** Timeout, reset, truncated body: it may have reached the other side. */
  | { readonly kind: 'lost'; readonly reason: string; readonly timedOut: boolean };

/** HTTP for one account, at its pace. Rejects only when it was cut short, or told to write where it must not. */
export interface HttpClient {
  /** How long one call may take. */
  readonly timeoutMs: number;
  /** Removes secrets: a service may repeat what it was sent. */
  redact(text: string): string;
  /** Sends a read; tried again after transient failures (nothing can happen twice). */
  read(call: HttpCall, signal: AbortSignal): Promise<HttpReply>;
  /** Sends an effect; tried again only where it certainly did not arrive (no connection, or refused by the rate limit). */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpReply>;
}
