import type { config as MssqlConfig } from 'mssql';
import type { ConnectionAuthentication, ConnectionConfiguration } from 'tedious';
import type { Login } from '../config/connection-login.ts';
import type { ConnectionSettings } from '../config/connection.ts';

/** Beside the time to connect: tedious asks again after a passing error, and a connection may be waited for. */
const SPARE_TO_CREATE_MS = 15_000;
const SPARE_TO_ACQUIRE_MS = 45_000;

/** Server and database for messages. */
export function mssqlIdentity({ server, port, instance, database }: ConnectionSettings): string {
  return `${server}${instance === null ? `:${port}` : `\\${instance}`}/${database}`;
}

/** Who logs in, for messages. */
export function loginName(login: Login): string {
  switch (login.kind) {
    case 'password':
      return login.user;
    case 'ntlm':
      return `${login.domain}\\${login.user}`;
    case 'azure-default':
      return login.clientId ?? "Azure's default identity";
    case 'azure-service-principal':
      return login.clientId;
  }
}

/** The one configuration of tedious, under knex and under mssql. Both have defaults of their own for what is left out (knex: no encryption). */
export function driverConfig(settings: ConnectionSettings) {
  const { server, port, instance, hostNameInCertificate, packetSize, workstationId } = settings;
  return {
    server,
    authentication: authentication(settings.login),
    options: {
      database: settings.database,
      // tedious takes one of the two.
      ...(instance === null ? { port: port ?? 1433 } : { instanceName: instance }),
      encrypt: settings.encrypt,
      trustServerCertificate: settings.trustServerCertificate,
      ...(hostNameInCertificate === null ? {} : { serverName: hostNameInCertificate }),
      readOnlyIntent: settings.readOnlyIntent,
      multiSubnetFailover: settings.multiSubnetFailover,
      connectTimeout: settings.connectTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      ...(packetSize === null ? {} : { packetSize }),
      appName: settings.applicationName,
      ...(workstationId === null ? {} : { workstationId }),
      useUTC: true,
      // XACT_ABORT: an error leaves no half transaction open.
      abortTransactionOnError: true,
    },
  } satisfies ConnectionConfiguration;
}

/** mssql's pool. It would ask `SELECT 1` before every request; looking at the socket saves that round trip. */
export function mssqlConnection(settings: ConnectionSettings, size: { readonly min: number; readonly max: number }): MssqlConfig {
  return { ...driverConfig(settings), pool: { ...size, ...poolWaits(settings) }, validateConnection: 'socket' };
}

/** How long a pool waits. Its own 30 s would cut a longer connectTimeout short. */
export function poolWaits({ connectTimeoutMs }: ConnectionSettings) {
  return { createTimeoutMillis: connectTimeoutMs + SPARE_TO_CREATE_MS, acquireTimeoutMillis: connectTimeoutMs + SPARE_TO_ACQUIRE_MS };
}

/** Connections for `wanted` statements at once, where the settings do not allow fewer. */
export function poolSize({ maxPoolSize }: ConnectionSettings, wanted: number): number {
  return Math.min(wanted, maxPoolSize ?? wanted);
}

function authentication(login: Login): ConnectionAuthentication {
  switch (login.kind) {
    case 'password':
      return { type: 'default', options: { userName: login.user, password: login.password } };
    case 'ntlm':
      return { type: 'ntlm', options: { domain: login.domain, userName: login.user, password: login.password } };
    case 'azure-default':
      return { type: 'azure-active-directory-default', options: login.clientId === null ? {} : { clientId: login.clientId } };
    case 'azure-service-principal': {
      const { tenantId, clientId, clientSecret } = login;
      return { type: 'azure-active-directory-service-principal-secret', options: { tenantId, clientId, clientSecret } };
    }
  }
}
