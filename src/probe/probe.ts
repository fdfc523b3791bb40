/** What a run does to the database or to the outside; a run may die before and after each. */
export const DEEDS = [
  'save',
  'activate',
  'leftovers',
  'lease',
  'options',
  'begin',
  'claim',
  'release',
  'reopen',
  'note',
  'intent',
  'answer',
  'waiting',
  'send',
  'commit',
  'unwritten',
  'finish',
  'unlock',
  'take due',
  'rewrite',
] as const;

export type Deed = (typeof DEEDS)[number];

export type PointName = `before ${Deed}` | `after ${Deed}`;

/** A moment at which tests kill a run. */
export interface Point {
  readonly name: PointName;
  /** A step, a row, a request. */
  readonly subject: string;
}

/**
 * Told of each moment between database and HTTP, where tests let a run die. Several points are one moment when one
 * statement does the deeds of several devices. Reads have no points: they leave nothing behind, so dying around one is
 * dying after the deed before it.
 */
export type Probe = (moment: readonly Point[]) => void | Promise<void>;

/** The same function with a moment before and after it. One without subjects is no deed. */
export function around<Args extends readonly unknown[], Result>(
  probe: Probe,
  subjectsOf: (...args: Args) => readonly (readonly [Deed, string])[],
  act: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const subjects = subjectsOf(...args);
    if (subjects.length === 0) return act(...args);
    await probe(subjects.map(([deed, subject]) => ({ name: `before ${deed}`, subject })));
    const result = await act(...args);
    await probe(subjects.map(([deed, subject]) => ({ name: `after ${deed}`, subject })));
    return result;
  };
}
