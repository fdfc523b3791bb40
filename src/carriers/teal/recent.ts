/** Things remembered by name: of more than `max` the oldest are forgotten. */
export interface Recent<T> {
  get(name: string): T | undefined;
  set(name: string, value: T): void;
}

export function createRecent<T>(max: number): Recent<T> {
  const kept = new Map<string, T>();
  return {
    get: (name) => kept.get(name),
    set: (name, value) => {
      const oldest = kept.keys().next().value;
      if (kept.size >= max && oldest !== undefined && !kept.has(name)) kept.delete(oldest);
      kept.set(name, value);
    },
  };
}
