import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { canBecome, FINAL_STATUSES } from '../../src/domain/row-states.ts';
import type { RowStatus } from '../../src/domain/status.ts';
import { pondIccid } from '../end-to-end/cli.ts';
import { sampleDatabase, sandboxHere, type SandboxHere } from '../end-to-end/in-process.ts';
import { randomOf, SEED, type Random } from './random.ts';

const KINDS = [
  '400',
  '401',
  '404',
  '429',
  '500-after',
  '503',
  'malformed',
  'malformed-before',
  'reset-after',
  'reset-before',
  'timeout-after',
] as const;
const DEVICES = 12;
const SCHEDULES = 6;
const MOST_ROUNDS = 8;
const FAULTY_ROUNDS = 3;

let sample: Awaited<ReturnType<typeof sampleDatabase>>;
let world: SandboxHere;

beforeAll(async () => {
  sample = await sampleDatabase();
});

afterAll(() => sample.remove());

beforeEach(async () => {
  world = await sandboxHere(sample.path);
  // The database itself watches: whatever the code says it did, this is what was written.
  const db = new DatabaseSync(world.database);
  db.exec(`CREATE TABLE watched (row_id INTEGER, before TEXT, after TEXT);
    CREATE TRIGGER watch AFTER UPDATE OF status ON pondbulk_change_row
    BEGIN INSERT INTO watched VALUES (new.id, old.status, new.status); END`);
  db.close();
});

afterEach(() => world.remove());

const QUICK = { POND_TIMEOUT_SECONDS: '0.3', SETTLE_SECONDS: '0.3', RETRY_MAX_COUNT: '0', POND_RATE: '1000', POND_CONCURRENCY: '4' };

function addFaults(random: Random): void {
  for (let fault = random.int(1, 6); fault > 0; fault -= 1)
    world.addFault({ service: 'pond', kind: random.pick(KINDS), every: random.int(1, 12), times: random.int(1, 3), seconds: 0.1 });
}

/** Stops after a random number of events, once or twice, or not at all. */
function interrupter(random: Random): (event: unknown, interrupt: () => void) => void {
  const stops = Array.from({ length: random.int(0, 2) }, () => random.int(1, 60));
  let events = 0;
  return (_event, interrupt) => {
    events += 1;
    if (stops.includes(events)) interrupt();
  };
}

describe('P3: no row ever becomes what it may not', () => {
  test.each(Array.from({ length: SCHEDULES }, (_, n) => n))(
    `random faults and stops: schedule %i of seed ${SEED}`,
    { timeout: 60_000 },
    async (n) => {
      const random = randomOf(SEED + n);
      const list = world.list(
        `iccid\n${Array.from({ length: DEVICES }, (_, index) => pondIccid(index + 1)).join('\n')}\n${pondIccid(51)}\n`,
      );
      const told = `seed ${SEED}, schedule ${n}`;

      addFaults(random);
      const ran = await world.run(['change-rate-plan', '--file', list, '--plan', 'POND-5GB'], { env: QUICK, onEvent: interrupter(random) });
      const statuses = () =>
        world.query<{ status: RowStatus }>('SELECT status FROM pondbulk_change_row ORDER BY line').map(({ status }) => status);
      for (
        let round = 1;
        round <= MOST_ROUNDS && statuses().some((status) => status !== 'REJECTED' && !FINAL_STATUSES.includes(status));
        round += 1
      ) {
        if (round <= FAULTY_ROUNDS) addFaults(random);
        else world.carriers.faults.clear();
        const command = statuses().some((status) => ['NOT_STARTED', 'UNKNOWN', 'ACCEPTED'].includes(status)) ? 'resume' : 'retry';
        await world.run([command, 'last'], { env: QUICK, onEvent: round <= FAULTY_ROUNDS ? interrupter(random) : () => undefined });
      }

      const steps = world.query<{ before: RowStatus; after: RowStatus }>('SELECT before, after FROM watched');
      expect(
        steps.filter(({ before, after }) => !canBecome(before, after)),
        told,
      ).toEqual([]);
      expect(steps.length, `${told}\n${ran.stderr}`).toBeGreaterThanOrEqual(DEVICES);
      expect(statuses(), told).toEqual([...Array.from({ length: DEVICES }, () => 'APPLIED'), 'REJECTED']);
    },
  );
});
