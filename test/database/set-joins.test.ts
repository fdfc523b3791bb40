import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { pondIccid } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere, type SandboxHere } from '../end-to-end/in-process.ts';
import { change, QUICK } from '../promises/killed/commands.ts';
import { SCENARIOS, type Scenario } from '../promises/killed/scenarios.ts';

/** One line of EXPLAIN QUERY PLAN; loops with the same parent are inside one another. */
interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

let sample: Awaited<ReturnType<typeof sampleDatabase>>;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterEach(() => vi.restoreAllMocks());
afterAll(() => sample.remove());

/** Plans of all statements with a set that are prepared from now on. */
function watchPlans(): ReadonlyMap<string, readonly PlanLine[]> {
  const plans = new Map<string, readonly PlanLine[]>();
  const { prepare } = DatabaseSync.prototype;
  vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql: string) {
    if (sql.includes('json_each') && !plans.has(sql)) {
      // SQLite's own columns.
      plans.set(sql, prepare.call(this, `EXPLAIN QUERY PLAN ${sql}`).all() as unknown as readonly PlanLine[]);
    }
    return prepare.call(this, sql);
  });
  return plans;
}

const isLoop = ({ detail }: PlanLine): boolean => /^(SCAN|SEARCH) /.test(detail);

/** Whether a set, or a table that was made of one, is read again for each row of something else: quadratic, when both are as long as the list. */
function readsSetAgain(plan: readonly PlanLine[]): boolean {
  const made = plan.flatMap(({ id, detail }) => {
    const [, name] = /^MATERIALIZE (\w+)/.exec(detail) ?? [];
    return name !== undefined && plan.some((line) => line.parent === id && line.detail.startsWith('SCAN json_each')) ? [name] : [];
  });
  return plan.some(({ parent, detail }, at) => {
    if (!detail.startsWith('SCAN json_each') && !made.some((name) => detail === `SCAN ${name}`)) return false;
    const outer = plan.find(({ id }) => id === parent)?.detail ?? '';
    return outer.startsWith('CORRELATED') || plan.slice(0, at).some((line) => line.parent === parent && isLoop(line));
  });
}

const withRefused = (sandbox: SandboxHere): readonly string[] =>
  change({ devices: [pondIccid(1), '8988303009999999999'], plan: 'POND-5GB' }, '--provider', '1')(sandbox);

const AFTERWARDS = [['resume', 'last'], ['list'], ['explain', pondIccid(1)], ['reconcile', 'last']];

test('no statement on SQLite reads a set again for each row of a table', { timeout: 60_000 }, async () => {
  const plans = watchPlans();
  const scenarios = SCENARIOS.filter(({ name, isFullOnly }) => isFullOnly !== true && !name.startsWith('change-rate-plan of 1 '));

  const play = async ({ setUp, args }: Pick<Scenario, 'setUp' | 'args'>): Promise<void> => {
    const sandbox = await sandboxHere(sample.path);
    const run = (line: readonly string[]) => sandbox.run(line, { env: QUICK });
    await setUp?.(run, sandbox);
    for (const line of [args(sandbox), ...AFTERWARDS]) await run(line);
    await sandbox.remove();
  };
  await Promise.all([...scenarios, { args: withRefused }].map(play));

  expect(plans.size).toBeGreaterThan(35);
  expect([...plans].filter(([, plan]) => readsSetAgain(plan)).map(([sql]) => sql)).toEqual([]);
});
