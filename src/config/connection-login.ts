import type { ConnectionKey } from './connection-keys.ts';
import { ConnectionProblem, oneOf, type Given } from './connection-values.ts';

/** Who logs in, and how. */
export type Login =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'ntlm'; readonly domain: string; readonly user: string; readonly password: string }
  /** Whatever Azure's default chain finds: variables, managed identity, `az login`. The id picks one of several identities. */
  | { readonly kind: 'azure-default'; readonly clientId: string | null }
  | { readonly kind: 'azure-service-principal'; readonly tenantId: string; readonly clientId: string; readonly clientSecret: string };

/** .NET's words for them, without blanks. */
const KINDS = {
  sqlpassword: 'password',
  ntlm: 'ntlm',
  activedirectorydefault: 'azure-default',
  activedirectoryserviceprincipal: 'azure-service-principal',
} as const;
const WORDS = 'SqlPassword, Ntlm, ActiveDirectoryDefault (managed identities too) or ActiveDirectoryServicePrincipal';

/** Throws ConnectionProblem where something is missing, or given for another kind of login: it would silently not count. */
export function loginOf(given: Given): Login {
  // DOMAIN\user, as Windows writes it.
  const [, userDomain, name] = /^([^\\]+)\\(.+)$/.exec(given.get('user') ?? '') ?? [];
  const domain = given.get('domain') ?? userDomain;
  const kind = oneOf(given, 'authentication', KINDS, WORDS) ?? (domain === undefined ? 'password' : 'ntlm');
  switch (kind) {
    case 'password':
      refuse(given, 'SqlPassword', ['domain', 'clientId', 'clientSecret', 'tenantId']);
      return { kind, user: need(given, 'SqlPassword', 'user'), password: given.get('password') ?? '' };
    case 'ntlm':
      refuse(given, 'Ntlm', ['clientId', 'clientSecret', 'tenantId']);
      if (domain === undefined) throw new ConnectionProblem('has authentication=Ntlm without domain');
      return { kind, domain, user: name ?? need(given, 'Ntlm', 'user'), password: need(given, 'Ntlm', 'password') };
    case 'azure-default':
      refuse(given, 'ActiveDirectoryDefault', ['domain', 'password', 'clientSecret', 'tenantId']);
      return { kind, clientId: either(given, 'clientId', 'user') ?? null };
    case 'azure-service-principal': {
      const word = 'ActiveDirectoryServicePrincipal';
      refuse(given, word, ['domain']);
      return {
        kind,
        // .NET asks the server for it; the drivers here do not.
        tenantId: need(given, word, 'tenantId'),
        clientId: either(given, 'clientId', 'user') ?? need(given, word, 'clientId'),
        clientSecret: either(given, 'clientSecret', 'password') ?? need(given, word, 'clientSecret'),
      };
    }
  }
}

function need(given: Given, word: string, key: ConnectionKey): string {
  const value = given.get(key);
  if (value === undefined) throw new ConnectionProblem(`has no ${key}, which authentication=${word} needs`);
  return value;
}

/** mssql's name of a key, or .NET's. */
function either(given: Given, key: ConnectionKey, other: ConnectionKey): string | undefined {
  if (given.has(key) && given.has(other)) throw new ConnectionProblem(`has both ${key} and ${other}, which mean the same here`);
  return given.get(key) ?? given.get(other);
}

function refuse(given: Given, word: string, keys: readonly ConnectionKey[]): void {
  const found = keys.find((key) => given.has(key));
  if (found !== undefined) throw new ConnectionProblem(`has ${found}, which authentication=${word} does not use`);
}
