/** One call at a simulated service. */
export interface LedgerEntry {
  readonly n: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** Several have a space between them. */
  readonly subject: string;
  readonly body?: unknown;
  /** Null when it was never answered. */
  readonly status: number | null;
  readonly fault?: string;
  readonly effect?: string;
}

export interface Ledger {
  add(entry: Omit<LedgerEntry, 'n' | 'at'>): void;
  violation(text: string): void;
  entries(want: {
    readonly service?: string | undefined;
    readonly subject?: string | undefined;
    readonly limit: number;
  }): readonly LedgerEntry[];
  summary(): LedgerSummary;
  clear(): void;
}

export interface LedgerSummary {
  readonly calls: number;
  readonly violations: readonly string[];
  /** How often each effect happened. */
  readonly effects: Readonly<Record<string, number>>;
  /** How often each effect happened to each subject. */
  readonly bySubject: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Older entries are forgotten; the counts are not. */
const MAX_ENTRIES = 200_000;

/** What happened to whom, in order. */
export function createLedger(now: () => number): Ledger {
  let entries: LedgerEntry[] = [];
  let calls = 0;
  let violations: string[] = [];
  let effects: Record<string, number> = {};
  let bySubject = new Map<string, Record<string, number>>();
  return {
    add: (entry) => {
      calls += 1;
      entries.push({ n: calls, at: now(), ...entry });
      if (entries.length > MAX_ENTRIES * 1.5) entries = entries.slice(-MAX_ENTRIES);
      if (entry.effect === undefined) return;
      for (const subject of entry.subject.split(' ')) {
        effects[entry.effect] = (effects[entry.effect] ?? 0) + 1;
        const mine = bySubject.get(subject) ?? {};
        mine[entry.effect] = (mine[entry.effect] ?? 0) + 1;
        bySubject.set(subject, mine);
      }
    },
    violation: (text) => {
      violations.push(text);
    },
    entries: ({ service, subject, limit }) =>
      entries
        .filter(
          (entry) =>
            (service === undefined || entry.service === service) &&
            (subject === undefined || isAbout(entry, subject) || entry.path.includes(subject)),
        )
        .slice(-limit),
    summary: () => ({ calls, violations, effects, bySubject: Object.fromEntries(bySubject) }),
    clear: () => {
      entries = [];
      calls = 0;
      violations = [];
      effects = {};
      bySubject = new Map();
    },
  };
}

/** POND knows a SIM by the first 19 of its 20 digits. */
function isAbout(entry: Pick<LedgerEntry, 'subject'>, asked: string): boolean {
  return entry.subject.split(' ').some((subject) => subject !== '' && asked.startsWith(subject));
}
