import type { Played } from './play.ts';

/** The sum of rounds, to be told at the end. */
export interface Tally {
  add(played: Played): void;
  readonly rounds: number;
  readonly deaths: number;
  readonly doubled: number;
  readonly lost: number;
  /** Rounds in which something was found that must never be. */
  readonly wrong: readonly Played[];
  /** The table, in lines. */
  lines(): readonly string[];
}

export function createTally(): Tally {
  const sums = { rounds: 0, deaths: 0, signals: 0, devices: 0, doubled: 0, lost: 0 };
  const changes = new Map<string, number>();
  const struck = new Map<string, Map<string, number>>();
  const statuses = new Map<string, number>();
  const wrong: Played[] = [];
  return {
    get rounds() {
      return sums.rounds;
    },
    get deaths() {
      return sums.deaths;
    },
    get doubled() {
      return sums.doubled;
    },
    get lost() {
      return sums.lost;
    },
    wrong,
    add: (played) => {
      sums.rounds += 1;
      sums.deaths += played.deaths;
      sums.signals += played.signals;
      sums.devices += played.round.devices.length;
      sums.doubled += played.miscount.doubled;
      sums.lost += played.miscount.lost;
      count(changes, played.round.change.kind);
      for (const { status } of played.rows) count(statuses, status);
      for (const { kind, service } of played.struck) {
        const kinds = struck.get(service) ?? new Map<string, number>();
        struck.set(service, count(kinds, kind));
      }
      if (played.problems.length > 0) wrong.push(played);
    },
    lines: () => [
      line('rounds', `${sums.rounds} (${told(changes)})`),
      line('devices', sums.devices),
      line('deaths', sums.deaths),
      line('signals', sums.signals),
      line('faults', total([...struck.values()].flatMap((kinds) => [...kinds.values()]))),
      ...byName(struck).map(([service, kinds]) => line(`  ${service}`, `${total([...kinds.values()])}: ${told(kinds)}`)),
      line('rows', told(statuses)),
      line('lost effects', sums.lost),
      line('doubled effects', sums.doubled),
      line('rounds gone wrong', wrong.length),
    ],
  };
}

const WIDTH = 18;

function line(name: string, value: string | number): string {
  return `${name.padEnd(WIDTH)}${value}`;
}

function count(counts: Map<string, number>, name: string): Map<string, number> {
  return counts.set(name, (counts.get(name) ?? 0) + 1);
}

function told(counts: ReadonlyMap<string, number>): string {
  return byName(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, each) => sum + each, 0);
}

function byName<Value>(named: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...named].toSorted(([a], [b]) => a.localeCompare(b));
}
