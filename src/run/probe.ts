/**
 * Named points between database and HTTP at which a test may kill the process. In production it does nothing.
 * Points: before/after intent, send, commit, save.
 */
export type Probe = (point: ProbePoint, subject: string) => void | Promise<void>;

export type ProbePoint = 'before intent' | 'before send' | 'after send' | 'before commit' | 'after commit' | 'before save' | 'after save';

export const noProbe: Probe = () => undefined;
