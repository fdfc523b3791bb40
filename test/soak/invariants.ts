import { deviceChangeState } from '../../src/domain/status.ts';
import type { RanHere } from '../end-to-end/in-process.ts';
import { leaksIn, leaksInDatabase, type Secrets } from '../promises/secret-search.ts';
import { exitCodesOf } from './exit-codes.ts';
import { doneEverywhere, effectsAreAnswered, untouchedUnlessDone } from './effects.ts';
import { forbiddenSteps, rowsOf, tablesOf, type SavedRow, type World } from './world.ts';

/** What must hold whenever no command is running, whatever died or failed before. Each answers what is wrong. */
const ALWAYS: readonly ((world: World, rows: readonly SavedRow[]) => readonly string[])[] = [
  linesAreWhole,
  portalAgrees,
  effectsAreAnswered,
  untouchedUnlessDone,
  doneEverywhere,
  ({ sandbox }) => forbiddenSteps(sandbox),
  ({ watch }) => watch.problems,
  ({ sandbox }) => sandbox.carriers.ledger.summary().violations,
];

/** What is wrong after a command that ended by itself. */
export function problemsAfterRun(world: World, ran: RanHere, signals: readonly NodeJS.Signals[]): readonly string[] {
  const rows = rowsOf(world);
  const results = ran.events.filter(({ type }) => type === 'row.result');
  const told = new Map(results.map(({ line, status }) => [line, status]));
  const codes = exitCodesOf(rows, ran, signals);
  return [
    ...(codes.includes(ran.code) ? [] : [`exit code ${ran.code} instead of ${codes.join(' or ')}: ${ran.stderr}${toldOf(ran)}`]),
    ...(results.length === rows.length ? [] : [`${results.length} results of ${rows.length} rows: ${ran.stderr}`]),
    ...rows.flatMap(({ line, status }) => (told.get(line) === status ? [] : [`line ${line} is ${status}, told as ${told.get(line)}`])),
    ...leaksIn('output', `${JSON.stringify(ran.events)}${ran.stderr}`, secretsOf(world)),
    ...ALWAYS.flatMap((find) => find(world, rows)),
  ];
}

/** What is wrong when all that could be finished is finished: resumed and retried without faults, every device is changed. */
export function problemsAtEnd(world: World, reconciled: RanHere): readonly string[] {
  const rows = rowsOf(world);
  const changed = new Set(rows.flatMap(({ iccid, status }) => (status === 'APPLIED' ? [iccid] : [])));
  return [
    ...world.round.devices.flatMap(({ integration, iccid }) =>
      changed.has(iccid) ? [] : [`${integration} ${iccid} is not changed: ${JSON.stringify(rows.filter((row) => row.iccid === iccid))}`],
    ),
    ...reconciled.events.flatMap(({ type, message }) => (type === 'row.drift' ? [`drift: ${message}`] : [])),
    ...rows.flatMap((row) => auditIsWhole(world, row)),
    ...leaksInDatabase(world.sandbox.database, secretsOf(world)),
  ];
}

/** Every line of the list has one row, and none is there that the list has not. */
function linesAreWhole({ round: { devices, hasTwice, hasUnknown } }: World, rows: readonly SavedRow[]): readonly string[] {
  const wanted = devices.length + (hasTwice ? 1 : 0) + (hasUnknown ? 1 : 0);
  const lines = new Set(rows.map(({ line }) => line));
  return lines.size === wanted && rows.length === wanted ? [] : [`${rows.length} rows on ${lines.size} lines for a list of ${wanted}`];
}

/** What a run told but its steps. */
function toldOf({ events }: RanHere): string {
  return events
    .filter(({ type }) => type !== 'row.step')
    .map((event) => `\n    ${JSON.stringify(event)}`)
    .join('');
}

interface Portal {
  readonly id: number;
  readonly Status: string;
  readonly IsProcessed: number;
  readonly HasErrors: number;
}

/** Every row has its device-change row, which says the same; a duplicate has none. */
function portalAgrees({ sandbox }: World, rows: readonly SavedRow[]): readonly string[] {
  return rows.flatMap(({ status, deviceChangeId, portal, iccid }) => {
    const wanted = deviceChangeState(status);
    const told = sandbox.query<Portal>(
      `SELECT id, Status, IsProcessed, HasErrors FROM ${tablesOf(portal).change} WHERE id = ${deviceChangeId ?? 0}`,
    )[0];
    if (wanted === null || told === undefined)
      return wanted === null && told === undefined ? [] : [`${iccid} is ${status}: no device change`];
    const agrees =
      told.Status === wanted.status && (told.IsProcessed === 1) === wanted.isProcessed && (told.HasErrors === 1) === wanted.hasErrors;
    return agrees ? [] : [`${iccid} is ${status}, and its device change is ${JSON.stringify(told)}`];
  });
}

/** Each answer of a step has exactly one audit row, and every row that was begun or refused has one at least. */
function auditIsWhole({ sandbox }: World, { iccid, portal, deviceChangeId, answers }: SavedRow): readonly string[] {
  if (deviceChangeId === null) return [];
  const logged = sandbox
    .query<{ text: string; hasErrors: number }>(
      `SELECT LogEntryDescription AS text, HasErrors AS hasErrors FROM DeviceBulkChangeLog WHERE ${portal}DeviceChangeId = ${deviceChangeId}`,
    )
    .map(({ text, hasErrors }) => `${text} ${hasErrors === 1 ? 'refused' : 'done'}`);
  const answered = answers.flatMap((answer) => ('audit' in answer ? [`${answer.audit} ${answer.ended}`] : []));
  const count = (all: readonly string[], text: string): number => all.filter((each) => each === text).length;
  return [
    ...(logged.length > 0 ? [] : [`${iccid} has no audit row`]),
    ...[...new Set(answered)].flatMap((text) =>
      count(logged, text) === count(answered, text)
        ? []
        : [`${iccid}: ${count(answered, text)} answers and ${count(logged, text)} audit rows of: ${text}`],
    ),
  ];
}

/** What a simulated carrier is opened with; names of users are no secrets. */
function secretsOf({ sandbox: { environment } }: World): Secrets {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|_KEY$/.test(name) && !name.endsWith('CLIENT_KEY')),
  );
}
