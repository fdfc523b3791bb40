/** How long something took, for results: in seconds, to the millisecond. */
export function secondsOf(ms: number): number {
  return Math.round(ms) / 1000;
}
