import type { Emit, RunEvent } from '../domain/event.ts';
import type { RunResult } from '../domain/result.ts';
import type { RowStatus } from '../domain/status.ts';
import { createEventWriter } from './render/events.ts';
import { rowObject } from './render/result-json.ts';
import type { Output } from './report.ts';
import type { Terminal } from './terminal.ts';

/** What is told while a run goes on: events on stdout with jsonl, progress and warnings on stderr. */
export interface Live {
  readonly emit: Emit;
  /** Known once the list is: from here on progress has a total. */
  begin(run: string, rows: number, finishedBefore: number): void;
  /** Tells the rows that have not been told yet, and the end. */
  end(result: RunResult): Promise<void>;
  stop(): void;
}

const PROGRESS_MS = 1000;

/** With fewer the time left would be a guess. */
const JUDGED_ROWS = 20;

/** Tells a run in the form that was asked for; nothing is told before `begin`, except on stderr. */
export function createLive(output: Output, terminal: Terminal, now: () => number): Live {
  const progress = terminal.progress();
  const told = new Set<number>();
  let write: Emit = () => undefined;
  let rows = 0;
  let finished = 0;
  let before = 0;
  let startedAt = now();
  let progressAt = now();
  const perSecond = (): number => Math.round(((finished - before) / Math.max(1, now() - startedAt)) * 10_000) / 10;
  const timeLeft = (): string => {
    const done = finished - before;
    if (done < JUDGED_ROWS || finished >= rows) return '';
    return `, ${duration(((now() - startedAt) / done) * (rows - finished))} left`;
  };

  const tell = (event: RunEvent): void => {
    if (event.type === 'warning') terminal.note(`Warning: ${event.message}`);
    if (event.type === 'gate')
      terminal.note(event.stops ? `${event.provider === '' ? 'The run' : event.provider} stopped: ${event.message}` : event.message);
    if (event.type === 'throttle' && event.waitMs >= PROGRESS_MS)
      terminal.note(`${event.account}: waiting ${Math.round(event.waitMs / 1000)} s (${event.reason})`);
    // Rows that may still go on are told at the end.
    if (event.type === 'row.result' && isOpen(event.status)) return;
    if (event.type === 'row.result') {
      finished += 1;
      if (output === 'jsonl') told.add(event.line);
    }
    write(event);
    if (event.type !== 'row.result') return;
    progress.update(`${finished} of ${rows} rows, ${perSecond()}/s${timeLeft()}`);
    if (now() - progressAt >= PROGRESS_MS) {
      progressAt = now();
      write({ type: 'progress', finished, rows, perSecond: perSecond() });
    }
  };

  return {
    emit: tell,
    begin: (run, total, finishedBefore) => {
      if (output === 'jsonl') write = createEventWriter(run, (line) => void terminal.out(line), now);
      rows = total;
      finished = finishedBefore;
      before = finishedBefore;
      startedAt = now();
      progress.update(`${finished} of ${rows} rows`);
    },
    end: async (result) => {
      progress.stop();
      if (output !== 'jsonl') return;
      for await (const row of result.rows()) {
        const { line, iccid, after } = row;
        if (row.status === 'PLANNED') write({ type: 'row.planned', line, iccid, provider: row.provider ?? '', before: row.before, after });
        if (!told.has(line)) write({ type: 'row.result', ...rowObject(row) });
      }
      const { byStatus, seconds, exitCode, next } = result;
      write({ type: 'run.end', byStatus, seconds, exitCode, next });
      await terminal.out('');
    },
    stop: () => progress.stop(),
  };
}

function isOpen(status: RowStatus): boolean {
  return status === 'ACCEPTED' || status === 'NOT_STARTED';
}

/** In seconds, minutes or hours: as exact as an estimate can be. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
