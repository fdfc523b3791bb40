import { connect, createServer } from 'node:net';

/** A server `ms` further away: what is sent to it comes that much later, in order and as fast. */
export async function furtherAway(url, ms) {
  const { hostname, port } = new URL(url);
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port || 1433), noDelay: true });
    client.setNoDelay(true);
    client.on('data', (bytes) => setTimeout(() => upstream.writable && upstream.write(bytes), ms));
    client.on('close', () => setTimeout(() => upstream.end(), ms));
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => client.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = new URL(url);
  target.hostname = '127.0.0.1';
  target.port = String(server.address().port);
  return { url: target.href, close: () => new Promise((resolve) => server.close(resolve)) };
}
