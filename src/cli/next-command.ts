import type { StatusCounts } from '../domain/run-store.ts';

/** The exact command that goes on from here; null when nothing is left to do. `suffix` points at the same sandbox. */
export function nextCommand(id: string, byStatus: StatusCounts, suffix: string): string | null {
  const has = (...statuses: readonly (keyof StatusCounts)[]): boolean => statuses.some((status) => (byStatus[status] ?? 0) > 0);
  if (has('NOT_STARTED', 'UNKNOWN', 'ACCEPTED')) return `pond-bulk resume ${id} --yes${suffix}`;
  if (has('FAILED', 'COMPENSATED')) return `pond-bulk retry ${id} --yes${suffix}`;
  return null;
}

/** The options that make another command use the same sandbox. */
export function sandboxSuffix({ sandbox, sandboxDir }: { readonly sandbox?: boolean; readonly sandboxDir?: string }): string {
  if (sandbox !== true) return '';
  return sandboxDir === undefined ? ' --sandbox' : ` --sandbox --sandbox-dir ${quoted(sandboxDir)}`;
}

/** An argument as a shell takes it. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
