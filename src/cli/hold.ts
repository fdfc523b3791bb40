import type { WaveOptions } from '../run/engine-options.ts';
import type { Live } from './live.ts';
import type { Terminal } from './terminal.ts';

/** Asks before each next wave. Where nobody can be asked it is left to `resume`; `--yes` was for the change as a whole, and is no answer. */
export function holdOn(terminal: Terminal, live: Live, resume: string): NonNullable<WaveOptions['hold']> {
  return async ({ rows }, signal) => {
    if (!terminal.isErrTty || !terminal.isInTty) return `nobody can be asked here. Go on with: ${resume}`;
    live.stop();
    const isWanted = await terminal.confirm(`Go on with the next wave (${rows} row${rows === 1 ? '' : 's'})?`, signal);
    return isWanted ? null : `not confirmed. Go on with: ${resume}`;
  };
}
