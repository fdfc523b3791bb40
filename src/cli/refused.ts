import { PondBulkError } from '../domain/errors.ts';
import type { RunResult, ValidationAnswer } from '../domain/result.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { Live } from './live.ts';
import { publish, type Output } from './report.ts';
import type { ResultsFolder } from './results-folder.ts';

/** Where it is told that a request was refused whole. */
export interface Refused {
  readonly command: string;
  readonly dryRun: boolean;
  readonly output: Output;
  readonly live: Live;
  readonly folder: ResultsFolder | null;
  /** What the rules said before, null when they were not asked yet. */
  readonly answer: ValidationAnswer | null;
}

/** Tells by json, jsonl and --results that the whole request was refused; people are told by the error itself. Other errors it leaves. */
export async function tellRefused(error: unknown, context: Context, refused: Refused): Promise<void> {
  if (!(error instanceof PondBulkError) || (error.kind !== 'input' && error.kind !== 'plan')) return;
  const { output, live, folder } = refused;
  const result = resultOf(error, refused);
  if (output !== 'json' && output !== 'jsonl') return folder?.write(result);
  live.begin('', 0, 0);
  await live.end(result);
  await publish(result, context, output, folder);
}

function resultOf(error: PondBulkError, { command, dryRun, answer }: Refused): RunResult {
  return {
    run: '',
    command,
    dryRun,
    bulkChangeIds: [],
    validation: {
      isValid: false,
      validationMessage: answer === null || answer.isValid ? error.message : answer.validationMessage,
      errors: [...(answer?.errors ?? []), error.message],
    },
    columns: [],
    byStatus: {},
    rowCount: 0,
    seconds: 0,
    rows: noRows,
    exitCode: exitCodeOf(error),
    next: null,
    files: [],
    warnings: [],
  };
}

async function* noRows(): AsyncGenerator<never> {}
