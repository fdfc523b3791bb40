export type Source = 'flag' | 'environment' | '.env' | 'default' | 'missing';

/** A text as it was given, and where. */
export interface Given {
  readonly name: string;
  readonly text: string;
  readonly source: Source;
}

/** What was given by name, from the first place that has it. */
export interface Sources {
  /** An empty text counts as not given, so a copied .env.example changes nothing. */
  readonly find: (name: string) => Given | null;
  /** Each name once, those of the first place first. */
  readonly names: readonly string[];
}

/** The places settings come from, the strongest first. */
export function createSources(places: readonly (readonly [Source, Readonly<Record<string, string | undefined>>])[]): Sources {
  return {
    find: (name) => {
      for (const [source, texts] of places) {
        const text = texts[name]?.trim();
        if (text !== undefined && text !== '') return { name, text, source };
      }
      return null;
    },
    names: [...new Set(places.flatMap(([, texts]) => Object.keys(texts)))],
  };
}
