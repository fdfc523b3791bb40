/** Whether this HTTP status says that the same call may do better a little later: server errors, and 408 (the request came too slowly). */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 408;
}
