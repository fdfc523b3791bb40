/** What `make` makes of each item, in order. The next one is being made while the caller works on one. */
export async function* oneAhead<Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made>): AsyncGenerator<Made> {
  const [first, ...others] = items;
  if (first === undefined) return;
  let ahead = make(first);
  try {
    for (const item of others) {
      const made = await ahead;
      ahead = make(item);
      // A caller who leaves early never asks for its error.
      ahead.catch(() => undefined);
      yield made;
    }
    yield await ahead;
  } finally {
    await ahead.catch(() => undefined);
  }
}
