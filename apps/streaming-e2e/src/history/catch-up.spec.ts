import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  openTestEnvironment,
  statusBy,
  until,
  untilMetric,
  webSocketUrl,
  type RedisTestEnvironment,
  type Viewer,
} from '../support/index.js';
import { ReturningClient } from './returning-client.js';

/** `CATCH_UP_CLIENTS=2000` measures with as many clients, and prints the figures. */
const measured = process.env['CATCH_UP_CLIENTS'];
const clientCount = Number(measured ?? 70);
/** A token may have 1,000 connections. */
const mostOfOneToken = 900;
/** All have caught up in well under a minute, also on a busy machine. */
const withinMs = 40_000;
const pingPauseMs = 10;

/** What a stream's clients have missed. */
interface Scenario {
  readonly stream: string;
  readonly missed: number;
  /** Whether all clients have one token; otherwise each has its own. */
  readonly ofOneToken?: boolean;
  readonly channel: (viewer: Viewer) => string;
}

describe(`${clientCount} clients that come back together`, () => {
  let environment: RedisTestEnvironment;
  const viewers: Viewer[] = [];

  beforeAll(async () => {
    environment = await openTestEnvironment({ env: { HISTORY: 'on' } });
    while (viewers.length < clientCount) {
      viewers.push(...(await Promise.all(Array.from({ length: 10 }, () => environment.fixtures.viewer()))));
    }
    viewers.length = clientCount;
    await untilMetric(environment.server, 'fedistream_history_recording', {}, 1);
  }, 60_000);

  afterAll(async () => {
    await environment.stop();
  });

  it.each<Scenario>([
    { stream: 'user', missed: 3, channel: ({ account }) => `timeline:${account.id}` },
    { stream: 'public', missed: 30, channel: () => 'timeline:public' },
    { stream: 'public', missed: 30, ofOneToken: true, channel: () => 'timeline:public' },
  ])(
    'to $stream receive all that they missed',
    async ({ stream, missed, ofOneToken = false, channel }) => {
      const { server, publisher, fixtures } = environment;
      const channels = [...new Set(viewers.map(channel))];
      const authors = await Promise.all(Array.from({ length: 10 }, () => fixtures.account()));
      const publish = async (count: number) => {
        for (let number = 0; number < count; number++) {
          const status = statusBy(authors[number % authors.length] as (typeof authors)[number], {
            content: 'x'.repeat(2_000),
          });
          const message = JSON.stringify({ event: 'update', payload: JSON.stringify(status) });
          const pipeline = publisher.client.pipeline();
          for (const name of channels) {
            pipeline.publish(publisher.prefixed(name), message);
          }
          await pipeline.exec();
        }
      };
      const tokens = ofOneToken
        ? viewers.slice(0, mostOfOneToken).map(() => viewers[0]?.token ?? '')
        : viewers.map(({ token }) => token);
      const clients = tokens.map((token) => new ReturningClient(server, stream, token));
      onTestFinished(() => {
        clients.forEach((client) => {
          client.leave();
        });
      });
      for (let first = 0; first < clients.length; first += 100) {
        await Promise.all(clients.slice(first, first + 100).map((client) => client.come()));
      }
      await publish(1);
      await until('all have a position', () => clients.every((client) => client.events === 1));
      clients.forEach((client) => {
        client.leave();
      });
      await until('all have left', () => clients.every((client) => client.isAway));
      await publish(missed);
      const pings = await PingSeries.begin(environment, viewers[0] as Viewer);
      if (measured !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
      const quiet = pings.take();
      const began = performance.now();
      const came = Promise.all(clients.map((client) => client.come()));
      await until(
        'all have what they missed',
        () => clients.every((client) => client.events >= 1 + missed),
        withinMs,
      ).catch(() => undefined);
      await came;
      const tookMs = performance.now() - began;
      const busy = pings.take();
      pings.end();
      const late = clients.map(({ caughtUpMs }) => caughtUpMs - began).sort((one, other) => one - other);
      const results = {
        recovered: clients.filter(({ recovered }) => recovered).length,
        complete: clients.filter(({ events }) => events === 1 + missed).length,
      };
      if (measured !== undefined) {
        console.log(
          JSON.stringify({
            stream,
            ofOneToken,
            clients: clients.length,
            tookMs: Math.round(tookMs),
            p50: Math.round(late[late.length >> 1] ?? 0),
            ...results,
            quiet,
            busy,
          }),
        );
      }
      expect(results).toEqual({ recovered: clients.length, complete: clients.length });
      expect(tookMs).toBeLessThan(withinMs);
    },
    180_000,
  );
});

/** Pings of another client: how long each one was on its way. */
class PingSeries {
  #times: number[] = [];
  readonly #socket: WebSocket;
  readonly #timer: NodeJS.Timeout;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('pong', (data: Buffer) => {
      this.#times.push(performance.now() - Number(data.toString()));
    });
    this.#timer = setInterval(() => {
      socket.ping(String(performance.now()));
    }, pingPauseMs);
  }

  static async begin({ server }: RedisTestEnvironment, { token }: Viewer): Promise<PingSeries> {
    const socket = new WebSocket(webSocketUrl(server, { token, stream: 'public:local' }));
    await new Promise((resolve) => socket.once('open', resolve));
    return new PingSeries(socket);
  }

  /** Percentiles since the last call, in milliseconds. */
  take(): { readonly p50: number; readonly p99: number; readonly max: number } {
    const times = this.#times.splice(0).sort((one, other) => one - other);
    const at = (part: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0);
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  end(): void {
    clearInterval(this.#timer);
    this.#socket.terminate();
  }
}
