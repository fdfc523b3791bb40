import { nearest } from './nearest.ts';

/** What a connection can say, with the names that .NET and mssql have for it. Blanks, `_` and case do not count. */
const NAMES = {
  server: ['dataSource', 'addr', 'address', 'networkAddress'],
  database: ['initialCatalog'],
  user: ['userId', 'uid', 'userName'],
  password: ['pwd'],
  domain: [],
  authentication: [],
  clientId: [],
  clientSecret: [],
  tenantId: [],
  encrypt: [],
  trustServerCertificate: [],
  hostNameInCertificate: [],
  applicationIntent: [],
  multiSubnetFailover: [],
  connectTimeout: ['connectionTimeout', 'timeout'],
  commandTimeout: [],
  maxPoolSize: [],
  packetSize: [],
  applicationName: ['app'],
  workstationId: ['wsid'],
} as const;

export type ConnectionKey = keyof typeof NAMES;

/** Keys of .NET's own pool and driver: taken, since strings are copied from there, and without effect here. */
const WITHOUT_EFFECT = [
  'asynchronousProcessing',
  'connectionLifetime',
  'connectionReset',
  'connectRetryCount',
  'connectRetryInterval',
  'enlist',
  'loadBalanceTimeout',
  'minPoolSize',
  'multipleActiveResultSets',
  'persistSecurityInfo',
  'poolBlockingPeriod',
  'pooling',
  'replication',
  'transparentNetworkIPResolution',
  'typeSystemVersion',
];

/** Keys that mean something the drivers cannot do: leaving them out silently would mislead. */
const REFUSED: Readonly<Record<string, string>> = {
  failoverPartner:
    'has failoverPartner, which the driver does not know (database mirroring): name an availability group listener and set multiSubnetFailover',
  integratedSecurity: NO_SSPI('integratedSecurity'),
  trustedConnection: NO_SSPI('trustedConnection'),
  requestTimeout: 'has requestTimeout, in milliseconds here and in seconds there: use commandTimeout, in seconds',
  columnEncryptionSetting: 'has columnEncryptionSetting: encrypted columns are not supported',
  attachDbFileName: 'has attachDbFileName, which is of local servers: name a database',
  contextConnection: 'has contextConnection, which is of code inside of the server',
  userInstance: 'has userInstance, which is of local servers',
  networkLibrary: 'has networkLibrary: connections are TCP',
  serverCertificate: 'has serverCertificate, which the driver does not know: have the authority in NODE_EXTRA_CA_CERTS',
  driver: 'is a string for ODBC: write it as Server=…;Database=…;User Id=…;Password=…',
};

function NO_SSPI(key: string): string {
  return `has ${key}, which the driver cannot do: give authentication=Ntlm with domain, user and password`;
}

/** Switches: with these values they ask for nothing. */
const OFF = /^(false|no|0|disabled)$/i;

/** Secrets among the keys. */
const SECRET: ReadonlySet<ConnectionKey> = new Set(['password', 'clientSecret']);

const PLAIN_KEYS = new Map<string, ConnectionKey>(
  (Object.keys(NAMES) as ConnectionKey[]).flatMap((key) => [key, ...NAMES[key]].map((name) => [plain(name), key])),
);
const PLAIN_WITHOUT_EFFECT: ReadonlySet<string> = new Set(WITHOUT_EFFECT.map(plain));
const PLAIN_REFUSED = new Map(Object.entries(REFUSED).map(([key, why]) => [plain(key), why]));
const SPELLINGS = new Map(
  [...Object.entries(NAMES).flat(2), ...WITHOUT_EFFECT, ...Object.keys(REFUSED)].map((name) => [plain(name), name]),
);

/** What a key as written means. `problem` never repeats it: it may be the rest of a password with a semicolon. */
export function meaningOf(key: string, value: string): { readonly key: ConnectionKey | null } | { readonly problem: string } {
  const name = plain(key);
  const known = PLAIN_KEYS.get(name);
  if (known !== undefined) return { key: known };
  const why = PLAIN_REFUSED.get(name);
  if (PLAIN_WITHOUT_EFFECT.has(name) || (why !== undefined && OFF.test(value))) return { key: null };
  if (why !== undefined) return { problem: why };
  const near = nearest(name, [...SPELLINGS.keys()]);
  return { problem: `has a key that is not known${near === null ? '' : `; did you mean ${SPELLINGS.get(near) ?? near}?`}` };
}

/** Whether a key's value may be shown. What is not known may be anything. */
export function secrecyOf(key: string): 'open' | 'secret' | 'unknown' {
  const name = plain(key);
  const known = PLAIN_KEYS.get(name);
  if (known !== undefined) return SECRET.has(known) ? 'secret' : 'open';
  return SPELLINGS.has(name) ? 'open' : 'unknown';
}

function plain(name: string): string {
  return name.replaceAll(/[\s_]/g, '').toLowerCase();
}
