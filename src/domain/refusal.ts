/** Why a row is refused before anything is sent. */
export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Thrown by a rule, and caught by judge.ts (and by flag-values.ts, for a flag's value): rules are written as if each were met. */
export class Refusal extends Error {
  readonly code: string;
  readonly hint: string | null;

  constructor(code: string, message: string, hint: string | null = null) {
    super(message);
    this.code = code;
    this.hint = hint;
  }

  static of({ code, message, hint }: Refused): Refusal {
    return new Refusal(code, message, hint);
  }
}
