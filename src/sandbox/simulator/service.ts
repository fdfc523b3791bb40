/** A call as a simulated service sees it. */
export interface SimulatedCall {
  readonly method: string;
  /** Without the service's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON, or the fields of a form; undefined without a body, null when it is neither. */
  readonly body: unknown;
}

export interface SimulatedAnswer {
  readonly status: number;
  /** Sent as JSON; a string as it is; undefined is an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it did to whom, e.g. `added package`; undefined for reads and refusals. */
  readonly effect?: string;
}

/** What a service counts per account: calls at once, and in any second. Null is no limit. */
export interface SimulatedLimit {
  readonly perSecond: number | null;
  readonly concurrency: number | null;
  /** Calls in any minute. */
  readonly perMinute: number | null;
}

/** One simulated service. It obeys its contract; faults, limits and the ledger are the server's. */
export interface SimulatedService {
  readonly name: string;
  /** What its paths begin with. */
  readonly prefix: string;
  readonly limit: SimulatedLimit;
  /** What is answered when the limit is exceeded for `seconds` more. */
  limited(seconds: number): SimulatedAnswer;
  /** An error of this status in the service's own words: what a simulated fault answers. */
  failure(status: number): SimulatedAnswer;
  /** Null when the credentials are right. */
  refuse(call: SimulatedCall): SimulatedAnswer | null;
  /** Whom a call is about: an ICCID, an EID, or a line; several with a space between. */
  subject(call: SimulatedCall): string;
  handle(call: SimulatedCall): SimulatedAnswer;
  /** Broken promises to devices since the last call (a SIM left without a package). */
  violations(): readonly string[];
  /** The whole state, as JSON. */
  state(): unknown;
  /** Whether a call reads only; where it is left out, GET does. */
  isRead?(call: SimulatedCall): boolean;
  /** How long what it accepts takes to be done from now on; left out where all is done at once. */
  setDelay?(ms: number): void;
  /** Replaces the state. Throws a ZodError when it is none of this service; the old one stays then. */
  load(state: unknown): void;
}

/** The value of `Authorization: Basic …`. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
