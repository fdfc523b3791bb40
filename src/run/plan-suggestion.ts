import type { Provider } from '../domain/facts.ts';
import type { PreparedList } from '../domain/facts-store.ts';

const MOST = 5;

/** With fewer letters in common plans look alike by chance. */
const COMMON_LETTERS = 2;

/** What there is instead of a plan that is not: plans that begin like it, with their providers, else how many there are. */
export function planSuggestion(wanted: string, providers: readonly Provider[], { lookups }: Pick<PreparedList, 'lookups'>): string {
  const offers = providers.flatMap(({ id, displayName }) => {
    const codes = lookups.plans.filter(({ providerId }) => providerId === id).map(({ code }) => code);
    return codes.length === 0 ? [] : [{ displayName, codes: [...new Set(codes)].toSorted() }];
  });
  const best = Math.max(0, ...offers.flatMap(({ codes }) => codes.map((code) => commonLetters(code, wanted))));
  if (best < COMMON_LETTERS) return noneAlike(offers);
  const alike = offers.flatMap(({ displayName, codes }) => {
    const found = codes.filter((code) => commonLetters(code, wanted) === best);
    return found.length === 0 ? [] : [`${shortList(found)} of ${displayName}`];
  });
  return `there are ${shortList(alike)}`;
}

function noneAlike(offers: readonly { readonly displayName: string; readonly codes: readonly string[] }[]): string {
  const count = offers.reduce((sum, { codes }) => sum + codes.length, 0);
  if (count === 0) return 'no plan is visible to you';
  const names = shortList(offers.map(({ displayName }) => displayName));
  return count === 1
    ? `1 plan of ${names} is visible to you, not with a code like this`
    : `${count} plans of ${names} are visible to you, none with a code like this`;
}

/** Letters that both begin with, whatever their case. */
function commonLetters(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let count = 0;
  while (count < Math.min(a.length, b.length) && a[count] === b[count]) count += 1;
  return count;
}

function shortList(names: readonly string[]): string {
  return `${names.slice(0, MOST).join(', ')}${names.length > MOST ? ', …' : ''}`;
}
