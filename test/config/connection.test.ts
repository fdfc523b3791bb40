import fc from 'fast-check';
import mssql from 'mssql';
import { describe, expect, test } from 'vitest';

import { readConnection } from '../../src/config/connection.ts';
import { ConnectionProblem } from '../../src/config/connection-values.ts';

const LOGIN = 'User Id=jane;Password=secret';

/** What is said about a text that is refused; '' when it is taken, or fails in another way. */
function problem(text: string): string {
  try {
    readConnection(text);
    return '';
  } catch (error) {
    return error instanceof ConnectionProblem ? error.message : '';
  }
}

test('a URL and a connection string that say the same are read alike', () => {
  const url = 'mssql://jane:p%40ss%2F%3B@host:1434/db?encrypt=strict&applicationIntent=ReadOnly&connectTimeout=20&maxPoolSize=5';
  const text =
    'Server=tcp:host,1434;Database=db;User Id=jane;Password="p@ss/;";Encrypt=Strict;Application Intent=ReadOnly;Connect Timeout=20;Max Pool Size=5';

  const settings = readConnection(url);

  expect(readConnection(text)).toEqual(settings);
  expect(settings).toEqual({
    server: 'host',
    port: 1434,
    instance: null,
    database: 'db',
    login: { kind: 'password', user: 'jane', password: 'p@ss/;' },
    encrypt: 'strict',
    trustServerCertificate: false,
    hostNameInCertificate: null,
    readOnlyIntent: true,
    multiSubnetFailover: false,
    connectTimeoutMs: 20_000,
    requestTimeoutMs: 60_000,
    maxPoolSize: 5,
    packetSize: null,
    applicationName: 'pond-bulk',
    workstationId: null,
  });
});

test('the string that the Azure portal gives is taken as it is', () => {
  const settings = readConnection(
    'Server=tcp:fleet.database.windows.net,1433;Initial Catalog=portal;Persist Security Info=False;User ID=jane;Password=secret;' +
      'MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;',
  );

  expect(settings).toMatchObject({
    server: 'fleet.database.windows.net',
    port: 1433,
    database: 'portal',
    encrypt: true,
    connectTimeoutMs: 30_000,
  });
});

describe('encryption', () => {
  test.each(['mssql://jane:secret@host/db', `Server=host;Database=db;${LOGIN}`])('is on where nothing is said: %s', (text) => {
    expect(readConnection(text)).toMatchObject({ encrypt: true, trustServerCertificate: false });
  });

  test.each([
    ['true', true],
    ['Yes', true],
    ['Mandatory', true],
    ['strict', 'strict'],
    ['false', false],
    ['no', false],
    ['Optional', false],
  ])('%s', (word, encrypt) => {
    expect(readConnection(`Server=host;Database=db;${LOGIN};Encrypt=${word}`).encrypt).toBe(encrypt);
  });
});

describe('the server', () => {
  test.each([
    ['host', 'host', 1433, null],
    ['tcp:host', 'host', 1433, null],
    ['host,1500', 'host', 1500, null],
    ['host , 1500', 'host', 1500, null],
    ['host\\SALES', 'host', null, 'SALES'],
    ['host\\SALES,1500', 'host', 1500, null],
    ['.', 'localhost', 1433, null],
    ['(local)', 'localhost', 1433, null],
    ['::1,1500', '::1', 1500, null],
  ])('%s', (text, server, port, instance) => {
    expect(readConnection(`Server=${text};Database=db;${LOGIN}`)).toMatchObject({ server, port, instance });
  });

  test.each([
    ['mssql://jane@host%5CSALES/db', 'host', null, 'SALES'],
    ['mssql://jane@[::1]:1500/db', '::1', 1500, null],
  ])('%s', (text, server, port, instance) => {
    expect(readConnection(text)).toMatchObject({ server, port, instance });
  });

  test.each(['np:\\\\host\\pipe\\sql\\query', 'lpc:host', 'host,0', 'host,65536', 'host,name', 'a b'])('is none: %s', (text) => {
    expect(problem(`Server=${text};Database=db;${LOGIN}`)).toMatch(/has a (server|port) that is not/);
  });
});

describe('the login', () => {
  const login = (rest: string) => readConnection(`Server=host;Database=db;${rest}`).login;

  test.each([
    [LOGIN, { kind: 'password', user: 'jane', password: 'secret' }],
    ['Authentication=Sql Password;uid=jane;pwd=', { kind: 'password', user: 'jane', password: '' }],
    ['User Id=CORP\\jane;Password=secret', { kind: 'ntlm', domain: 'CORP', user: 'jane', password: 'secret' }],
    ['Domain=CORP;User Id=jane;Password=secret', { kind: 'ntlm', domain: 'CORP', user: 'jane', password: 'secret' }],
    ['Authentication=NTLM;Domain=CORP;User Id=jane;Password=secret', { kind: 'ntlm', domain: 'CORP', user: 'jane', password: 'secret' }],
    ['Authentication=Active Directory Default', { kind: 'azure-default', clientId: null }],
    ['Authentication=ActiveDirectoryDefault;User Id=app', { kind: 'azure-default', clientId: 'app' }],
    [
      'Authentication=Active Directory Service Principal;Tenant Id=t;User Id=app;Password=secret',
      { kind: 'azure-service-principal', tenantId: 't', clientId: 'app', clientSecret: 'secret' },
    ],
    [
      'Authentication=ActiveDirectoryServicePrincipal;Tenant Id=t;Client Id=app;Client Secret=secret',
      { kind: 'azure-service-principal', tenantId: 't', clientId: 'app', clientSecret: 'secret' },
    ],
  ])('%s', (rest, expected) => {
    expect(login(rest)).toEqual(expected);
  });

  test('of a URL: a + in a secret is a +', () => {
    const url = 'mssql://host/db?authentication=ActiveDirectoryServicePrincipal&tenantId=t&clientId=app&clientSecret=a+b%26%25';

    expect(readConnection(url).login).toMatchObject({ clientSecret: 'a+b&%' });
  });

  test.each([
    ['', /has no user, which authentication=SqlPassword needs/],
    ['Authentication=Ntlm;User Id=jane;Password=secret', /authentication=Ntlm without domain/],
    ['Domain=CORP;User Id=jane', /has no password, which authentication=Ntlm needs/],
    ['Authentication=ActiveDirectoryIntegrated', /authentication that is not SqlPassword, Ntlm, ActiveDirectoryDefault/],
    ['Authentication=ActiveDirectoryDefault;Password=secret', /has password, which authentication=ActiveDirectoryDefault does not use/],
    ['Authentication=ActiveDirectoryServicePrincipal;User Id=app;Password=secret', /has no tenantId/],
    ['Authentication=ActiveDirectoryServicePrincipal;Tenant Id=t;User Id=app;Client Id=app;Password=x', /both clientId and user/],
    [`${LOGIN};Client Secret=secret`, /has clientSecret, which authentication=SqlPassword does not use/],
    ['Integrated Security=SSPI', /has integratedSecurity, which the driver cannot do/],
    ['Trusted_Connection=yes', /has trustedConnection, which the driver cannot do/],
  ])('is refused: %s', (rest, reason) => {
    expect(problem(`Server=host;Database=db;${rest}`)).toMatch(reason);
  });
});

describe('what is not understood is told, never guessed', () => {
  test.each([
    ['Encrpt=false', /not known; did you mean encrypt\?/],
    ['Aplication Intent=ReadOnly', /not known; did you mean applicationIntent\?/],
    ['Trust Server Certficate=true', /not known; did you mean trustServerCertificate\?/],
    ['Initial Catalogue=x', /not known; did you mean initialCatalog\?/],
    ['Elephant=grey', /has a key that is not known$/],
    ['Failover Partner=other', /failoverPartner, which the driver does not know .* multiSubnetFailover/],
    ['Request Timeout=5000', /use commandTimeout, in seconds/],
    ['Column Encryption Setting=Enabled', /encrypted columns are not supported/],
    ['MultiSubnetFailover=maybe', /multiSubnetFailover that is not true or false/],
    ['ApplicationIntent=Writing', /applicationIntent that is not ReadWrite or ReadOnly/],
    ['Connect Timeout=0', /connectTimeout that is not a whole number from 1 to 600/],
    ['Command Timeout=1e3', /commandTimeout that is not a whole number from 1 to 86400/],
    ['Packet Size=100', /packetSize that is not a whole number from 512 to 32767/],
    ['Data Source=other', /has server twice/],
    ['Pwd=other', /has password twice/],
  ])('%s', (rest, reason) => {
    expect(problem(`Server=host;Database=db;${LOGIN};${rest}`)).toMatch(reason);
    expect(problem(`Server=host;Database=db;${LOGIN};${rest}`)).not.toMatch(/=(false|grey|other|5000)/);
  });

  test.each(['Column Encryption Setting=Disabled', 'Integrated Security=false', 'Failover Partner=', 'Pooling=true', 'Enlist=true'])(
    'what asks for nothing is taken: %s',
    (rest) => {
      expect(readConnection(`Server=host;Database=db;${LOGIN};${rest}`)).toMatchObject({ server: 'host', database: 'db' });
    },
  );

  test.each([
    ['no database', `Server=host;${LOGIN}`],
    ['no server', `Database=db;${LOGIN}`],
    ['a key without a value', `Server=host;Database=db;${LOGIN};Encrypt`],
    ['a quote that does not end', 'Server=host;Database=db;User Id=jane;Password="sec;ret'],
    ['something after a quote', 'Server=host;Database=db;User Id=jane;Password="sec"ret'],
    ['no host', 'mssql://jane:secret@/db'],
    ['no path', 'mssql://jane:secret@host'],
    ['a bare % in the password', 'mssql://jane:50%off@host/db'],
    ['a bare / in the password', 'mssql://jane:12/34@host/db'],
    ['a bare / after an @', 'mssql://a@jane:12/34@host/db'],
    ['a bare # in the password', 'mssql://jane:12#34@host/db'],
    ['a bare ? in the password', 'mssql://jane:12?34@host/db'],
  ])('a text with %s', (_name, text) => {
    expect(problem(text)).toMatch(/must be mssql:\/\/.* or sqlite:FILE$/);
  });

  test('braces are quotes to some programs and not to others', () => {
    expect(problem('Server=host;Database=db;User Id=jane;Password={secret}')).toMatch(/has braces around password/);
    expect(readConnection('Server=host;Database=db;User Id=jane;Password="{secret}"').login).toMatchObject({ password: '{secret}' });
  });

  test('an empty value ends at its semicolon', () => {
    expect(readConnection('Server=host;Database=db;User Id=jane;Password=;Encrypt=false')).toMatchObject({
      encrypt: false,
      login: { password: '' },
    });
  });
});

// fast-check prints the seed of a run that fails.
test('whatever the password, mssql reads the same from a string whose values are quoted', () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const value = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });

  fc.assert(
    fc.property(value, value, (database, password) => {
      const text = `Server=host,1500;Database=${quoted(database)};User Id=jane;Password=${quoted(password)}`;

      const theirs = mssql.ConnectionPool.parseConnectionString(text);

      expect(readConnection(text)).toMatchObject({
        server: theirs.server,
        port: theirs.port,
        database: theirs.database,
        login: { user: theirs.user, password: theirs.password },
      });
    }),
  );
});

test('whatever the password, a URL gives it back', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30, unit: 'grapheme' }), (password) => {
      const { login } = readConnection(`mssql://jane:${encodeURIComponent(password)}@host/db`);

      expect(login).toEqual({ kind: 'password', user: 'jane', password });
    }),
  );
});
