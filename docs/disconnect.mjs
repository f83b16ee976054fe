/*
 * Shows that an event stream loses nothing: disconnects its client every few seconds, as a tunnel does. The client is the package
 * `eventsource`, which knows nothing of this server and reconnects as browsers do.
 *
 *   node docs/disconnect.mjs [URL of the server] [seconds that it is connected, then disconnected]
 */
import { EventSource } from 'eventsource';
import { connect, createServer } from 'node:net';

const server = new URL(process.argv[2] ?? 'http://127.0.0.1:4000');
const intervalMs = Number(process.argv[3] ?? 8) * 1_000;

/** The sockets of the client, between it and the server. */
const sockets = new Set();
let isDisconnected = false;

const tunnel = createServer((client) => {
  if (isDisconnected) {
    client.destroy();
    return;
  }
  sockets.add(client);
  const upstream = connect(Number(server.port || 80), server.hostname);
  client.pipe(upstream).pipe(client);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    one.on('error', () => undefined);
    one.on('close', () => {
      sockets.delete(client);
      other.destroy();
    });
  }
});

tunnel.listen(0, '127.0.0.1', () => {
  const { port } = tunnel.address();
  const source = new EventSource(`http://127.0.0.1:${port}/api/v1/streaming/public?access_token=demo-read`);
  source.addEventListener('open', () => console.log('-- connected'));
  for (const name of ['update', 'status.update', 'delete']) {
    source.addEventListener(name, ({ data }) => console.log(name, data.startsWith('{') ? JSON.parse(data).id : data));
  }
  setInterval(() => {
    isDisconnected = !isDisconnected;
    console.log(isDisconnected ? '-- disconnected: what is published now comes later' : '-- it may reconnect');
    sockets.forEach((socket) => socket.destroy());
  }, intervalMs);
});
