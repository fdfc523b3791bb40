/** A process that uses accounts of carriers and of billing. */
export interface TurnHolder {
  /** Of this process alone. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

/** Who has an account's turn. `beats` grows with every sign of life: no two machines need the same time. */
export interface HeldTurn {
  readonly kind: 'held';
  readonly holder: TurnHolder;
  readonly beats: number;
}

/** A turn on an account that is shared with other processes. */
export interface TakenTurn {
  readonly kind: 'taken';
  /** As `beat` answers them. */
  readonly asks: number;
  /** Milliseconds between the last calls of the one before and its end; null when it died and nobody knows. */
  readonly recent: readonly number[] | null;
}

/**
 * Whose turn it is to use an account: processes that share one use it one after another, each at its whole pace. That
 * keeps a limit of one call at once too, which cannot be divided.
 */
export interface TurnStore {
  /** Takes the turn when nobody has it, or from `dead` when that is still as it was seen; else it counts as asked for. */
  take(account: string, holder: TurnHolder, dead: HeldTurn | null): Promise<TakenTurn | HeldTurn>;
  /** A sign of life. Answers how often others asked for the turn so far; null when it is not this holder's any more. */
  beat(account: string, holder: TurnHolder): Promise<number | null>;
  /** Ends the turn. `recent`: see TakenTurn. */
  pass(account: string, holder: TurnHolder, recent: readonly number[]): Promise<void>;
}
