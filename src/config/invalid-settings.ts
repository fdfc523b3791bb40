import { PondBulkError } from '../domain/errors.ts';
import type { Source } from './sources.ts';

/** A setting as it may be shown. */
export interface ShownSetting {
  readonly name: string;
  /** Secrets are masked. */
  readonly value: string;
  readonly source: Source;
  /** Why it cannot be used; absent where it can. */
  readonly problem?: string;
}

/** Settings that cannot be used, among all of them. */
export class InvalidSettings extends PondBulkError {
  readonly settings: readonly ShownSetting[];

  constructor(problems: readonly string[], settings: readonly ShownSetting[]) {
    const head = problems.length === 1 ? 'A setting is' : `${problems.length} settings are`;
    super('config', 'CONFIG_INVALID', `${head} not valid:\n${problems.map((each) => `  ${each}`).join('\n')}`);
    this.settings = settings;
  }
}
