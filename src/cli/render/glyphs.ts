/** The signs that the table itself brings along; texts of carriers and lists are shown as they are. */
export interface Glyphs {
  readonly arrow: string;
  /** Stands for what was left out. */
  readonly more: string;
  readonly times: string;
  readonly dash: string;
  /** Of a check: all is well, it may become a problem, it is one. */
  readonly well: string;
  readonly warning: string;
  readonly failure: string;
  /** Lines of cli-table3, by its names; those not given keep its own. */
  readonly lines: Readonly<Record<string, string>>;
}

/** No rule between rows: twice as many fit on a screen. */
const NO_RULES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

const TERMINAL: Glyphs = { arrow: '→', more: '…', times: '×', dash: '–', well: '✓', warning: '!', failure: '✗', lines: NO_RULES };

/** For pipes, files and logs, whose encoding nobody knows. */
const ASCII: Glyphs = {
  arrow: '->',
  more: '...',
  times: 'x',
  dash: '-',
  well: 'ok',
  warning: 'warn',
  failure: 'FAIL',
  lines: {
    ...NO_RULES,
    top: '-',
    'top-mid': '+',
    'top-left': '+',
    'top-right': '+',
    bottom: '-',
    'bottom-mid': '+',
    'bottom-left': '+',
    'bottom-right': '+',
    left: '|',
    right: '|',
    middle: '|',
  },
};

/** Marks for a terminal, or plain ones. */
export function glyphsFor(isOutTty: boolean): Glyphs {
  return isOutTty ? TERMINAL : ASCII;
}
