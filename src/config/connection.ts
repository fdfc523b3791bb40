import { meaningOf, type ConnectionKey } from './connection-keys.ts';
import { loginOf, type Login } from './connection-login.ts';
import { connectionParts } from './connection-text.ts';
import { ConnectionProblem, flagOf, numberOf, oneOf, type Given } from './connection-values.ts';

/** Where and how to log in at a SQL Server, from DATABASE_URL; what both drivers are set from. */
export interface ConnectionSettings {
  readonly server: string;
  /** Null with an instance: its port is asked from the server's browser service. */
  readonly port: number | null;
  readonly instance: string | null;
  readonly database: string;
  readonly login: Login;
  /** strict: TLS before anything else (TDS 8.0). */
  readonly encrypt: boolean | 'strict';
  readonly trustServerCertificate: boolean;
  /** The name that the server's certificate must have, where it is not the server's. */
  readonly hostNameInCertificate: string | null;
  readonly readOnlyIntent: boolean;
  readonly multiSubnetFailover: boolean;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Null: as many as the work needs. */
  readonly maxPoolSize: number | null;
  readonly packetSize: number | null;
  readonly applicationName: string;
  readonly workstationId: string | null;
}

export const CONNECTION_FORM =
  'must be mssql://user:password@host:1433/database?encrypt=true with special characters as %XX, or Server=host,1433;Database=…;User Id=…;Password=…, or sqlite:FILE';

/** Claims and saves of 5,000 rows take longer than the drivers' 15 s on a busy server. */
const REQUEST_TIMEOUT_SECONDS = 60;
const CONNECT_TIMEOUT_SECONDS = 15;
const A_DAY_SECONDS = 86_400;

/** Reads either form. Throws ConnectionProblem, whose message goes after the setting's name. */
export function readConnection(text: string): ConnectionSettings {
  const given = keysOf(text);
  const database = given.get('database');
  if (database === undefined || !given.has('server')) throw new ConnectionProblem(CONNECTION_FORM);
  return {
    ...address(given.get('server') ?? ''),
    database,
    login: loginOf(given),
    encrypt: encryption(given),
    trustServerCertificate: flagOf(given, 'trustServerCertificate'),
    hostNameInCertificate: given.get('hostNameInCertificate') ?? null,
    readOnlyIntent: oneOf(given, 'applicationIntent', { readwrite: false, readonly: true }, 'ReadWrite or ReadOnly') ?? false,
    multiSubnetFailover: flagOf(given, 'multiSubnetFailover'),
    connectTimeoutMs: (numberOf(given, 'connectTimeout', 1, 600) ?? CONNECT_TIMEOUT_SECONDS) * 1000,
    requestTimeoutMs: (numberOf(given, 'commandTimeout', 1, A_DAY_SECONDS) ?? REQUEST_TIMEOUT_SECONDS) * 1000,
    maxPoolSize: numberOf(given, 'maxPoolSize', 1, 1000),
    packetSize: numberOf(given, 'packetSize', 512, 32_767),
    applicationName: given.get('applicationName') ?? 'pond-bulk',
    workstationId: given.get('workstationId') ?? null,
  };
}

function keysOf(text: string): Given {
  const parts = connectionParts(text);
  if (parts === null) throw new ConnectionProblem(CONNECTION_FORM);
  const given = new Map<ConnectionKey, string>();
  for (const { key: written, value, inBraces } of parts) {
    const meaning = meaningOf(written, value);
    if ('problem' in meaning) throw new ConnectionProblem(meaning.problem);
    const { key } = meaning;
    if (key === null) continue;
    if (given.has(key)) throw new ConnectionProblem(`has ${key} twice`);
    if (inBraces) throw new ConnectionProblem(`has braces around ${key}, which not every program takes for quotes: use " "`);
    given.set(key, value);
  }
  return given;
}

/** `host`, `tcp:host,1433` or `host\INSTANCE`; a port wins over the instance, as it does in .NET. */
function address(text: string): Pick<ConnectionSettings, 'server' | 'port' | 'instance'> {
  const [, host, instance, port] = /^(?:tcp:)?([^\\,:\s]+|[\da-f:.]+)(?:\\([^\\,:\s]+))?(?:\s*,\s*(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === undefined) throw new ConnectionProblem('has a server that is not host, host,port or host\\INSTANCE (connections are TCP)');
  const server = /^(\.|\(local\))$/i.test(host) ? 'localhost' : host;
  if (port !== undefined) return { server, port: portOf(port), instance: null };
  return instance === undefined ? { server, port: 1433, instance: null } : { server, port: null, instance };
}

function portOf(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new ConnectionProblem('has a port that is not from 1 to 65535');
  return port;
}

/** In clear only when somebody wrote so. */
function encryption(given: Given): boolean | 'strict' {
  const words = { true: true, yes: true, mandatory: true, false: false, no: false, optional: false, strict: 'strict' } as const;
  return oneOf(given, 'encrypt', words, 'true, false or strict') ?? true;
}
