/** Credentials of the simulated services. They open nothing but the sandbox. */
export const POND_ACCOUNT = {
  distributorId: '1001',
  apiKey: 'sandbox-pond-key',
  username: 'sandbox',
  password: 'sandbox-pond-password',
} as const;

export const REVIO_ACCOUNT = {
  username: 'sandbox',
  clientCode: 'sandbox',
  password: 'sandbox-revio-password',
  subscriptionKey: 'sandbox-revio-key',
} as const;

export const THINGSPACE_ACCOUNT = {
  clientKey: 'sandbox-thingspace',
  clientSecret: 'sandbox-thingspace-secret',
  username: 'sandbox',
  password: 'sandbox-thingspace-password',
  accountName: '0000123456-00001',
} as const;

export const TEAL_ACCOUNT = { apiKey: 'sandbox-teal-key', apiSecret: 'sandbox-teal-secret' } as const;

export const TELEGENCE_ACCOUNT = { appId: 'sandbox-telegence', appSecret: 'sandbox-telegence-secret' } as const;

export const CONTROL_CENTERS = ['jasper', 'tmobilejasper', 'pod19', 'rogers'] as const;

/** Names of the simulated services, as faults, latency and limits take them. */
export const SERVICES = ['pond', 'revio', ...CONTROL_CENTERS, 'thingspace', 'teal', 'telegence'] as const;

export function controlCenterKey(name: (typeof CONTROL_CENTERS)[number]): string {
  return `sandbox-${name}-key`;
}

/** The settings that point a command at a sandbox on this port. */
export function carrierEnvironment(port: number): Readonly<Record<string, string>> {
  const host = `http://127.0.0.1:${port}`;
  const centers = CONTROL_CENTERS.map((name) => ({
    [`${name.toUpperCase()}_BASE_URL`]: `${host}/${name}/rws/api/v1`,
    [`${name.toUpperCase()}_USERNAME`]: 'sandbox',
    [`${name.toUpperCase()}_API_KEY`]: controlCenterKey(name),
  }));
  return Object.assign(
    {
      POND_BASE_URL: `${host}/pond/ds/u/distributorPPUService/v1`,
      POND_DISTRIBUTOR_ID: POND_ACCOUNT.distributorId,
      POND_API_KEY: POND_ACCOUNT.apiKey,
      POND_USERNAME: POND_ACCOUNT.username,
      POND_PASSWORD: POND_ACCOUNT.password,
      THINGSPACE_BASE_URL: `${host}/thingspace/api`,
      THINGSPACE_CLIENT_KEY: THINGSPACE_ACCOUNT.clientKey,
      THINGSPACE_CLIENT_SECRET: THINGSPACE_ACCOUNT.clientSecret,
      THINGSPACE_USERNAME: THINGSPACE_ACCOUNT.username,
      THINGSPACE_PASSWORD: THINGSPACE_ACCOUNT.password,
      THINGSPACE_ACCOUNT_NAME: THINGSPACE_ACCOUNT.accountName,
      TEAL_BASE_URL: `${host}/teal/api/v1`,
      TEAL_API_KEY: TEAL_ACCOUNT.apiKey,
      TEAL_API_SECRET: TEAL_ACCOUNT.apiSecret,
      TELEGENCE_BASE_URL: `${host}/telegence`,
      TELEGENCE_APP_ID: TELEGENCE_ACCOUNT.appId,
      TELEGENCE_APP_SECRET: TELEGENCE_ACCOUNT.appSecret,
      REVIO_BASE_URL: `${host}/revio`,
      REVIO_USERNAME: REVIO_ACCOUNT.username,
      REVIO_CLIENT_CODE: REVIO_ACCOUNT.clientCode,
      REVIO_PASSWORD: REVIO_ACCOUNT.password,
      REVIO_SUBSCRIPTION_KEY: REVIO_ACCOUNT.subscriptionKey,
    },
    ...centers,
  ) as Readonly<Record<string, string>>;
}
