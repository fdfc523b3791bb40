/** A token that all workers use: asked for by the first, kept until it is refused. */
export interface KeptToken {
  get(signal: AbortSignal): Promise<string>;
  /** False once it was renewed, or is about to be. */
  isCurrent(token: string): boolean;
  /** Asks anew next time, unless somebody has done so since this one was given out. */
  forget(refused: string): void;
}

/** `isFinal`: a request that failed so is not repeated; everybody is told the same. */
export function keepToken(request: (signal: AbortSignal) => Promise<string>, isFinal: (error: unknown) => boolean): KeptToken {
  let asked: Promise<string> | null = null;
  let known: string | null = null;
  const ask = async (signal: AbortSignal): Promise<string> => {
    try {
      known = await request(signal);
      return known;
    } catch (error) {
      if (!isFinal(error)) asked = null;
      throw error;
    }
  };
  return {
    get: (signal) => (asked ??= ask(signal)),
    isCurrent: (token) => known === token,
    forget: (refused) => {
      if (known !== refused) return;
      known = null;
      asked = null;
    },
  };
}
