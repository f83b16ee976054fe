import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventStream,
  openTestEnvironment,
  publishEvent,
  statusBy,
  until,
  webSocket,
  type RedisTestEnvironment,
} from '../support/index.js';

/** A span, as OTLP writes it in JSON. */
interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A receiver of OTLP over HTTP: what a collector does with the requests of an exporter. */
class Receiver {
  readonly exports: Export[] = [];
  readonly texts: string[] = [];
  readonly #server: HttpServer;

  private constructor(server: HttpServer) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        this.texts.push(text);
        this.exports.push(JSON.parse(text) as Export);
        response.setHeader('Content-Type', 'application/json');
        response.end('{}');
      });
    });
  }

  static async open(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Receiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  get spans(): readonly Span[] {
    return this.exports.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const attributesOf = (span: Span) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue]));

/** Lets the start fail when the server loads a package of OpenTelemetry. */
const refuseSdk =
  'export async function resolve(name,context,next){' +
  'if(name.startsWith("@opentelemetry/"))throw new Error("loads "+name);return next(name,context)}';
const withoutSdk = `--import=data:text/javascript,${encodeURIComponent(
  `import{register}from"node:module";register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(refuseSdk)}`)})`,
)}`;

describe('traces', () => {
  let receiver: Receiver;
  let environment: RedisTestEnvironment;

  beforeAll(async () => {
    receiver = await Receiver.open();
    environment = await openTestEnvironment({ env: { TRACES_URL: receiver.url, TRACES_PER_THOUSAND: '1000' } });
  });

  afterAll(async () => {
    await environment.stop();
    await receiver.close();
  });

  it('show an event from its receipt over the decision to the sockets, and connections, and nothing private', async () => {
    const { server, publisher, fixtures } = environment;
    const { token, account } = await fixtures.viewer();
    const channel = 'timeline:public';
    const one = await eventStream.open(server, publisher, { token, stream: 'public', channel });
    const other = await webSocket.open(server, publisher, { token, stream: 'user', channel: `timeline:${account.id}` });
    const beganAtMs = Date.now();
    await publishEvent(publisher, channel, 'update', statusBy(await fixtures.account(), { content: 'a secret text' }));
    await one.next();
    await Promise.all([one.close(), other.close()]);
    const named = (name: string) => receiver.spans.filter((span) => span.name === name);
    await until('two connections and an event are traced', () => {
      return named('connection').length === 2 && named('event').length === 1;
    });
    const [event] = named('event');
    expect(event && attributesOf(event)).toEqual({ 'fedistream.stream': 'public', 'fedistream.event': 'update' });
    const [decide, write] = [named('decide')[0], named('write')[0]];
    expect([decide, write].map((span) => [span?.traceId, span?.parentSpanId])).toEqual(
      Array(2).fill([event?.traceId, event?.spanId]),
    );
    const times = [
      event?.startTimeUnixNano,
      decide?.startTimeUnixNano,
      decide?.endTimeUnixNano,
      write?.startTimeUnixNano,
      write?.endTimeUnixNano,
      event?.endTimeUnixNano,
    ].map((time) => Number(BigInt(time ?? 0) / 1_000n) / 1_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs((times[0] ?? 0) - beganAtMs)).toBeLessThan(60_000);
    const connections = named('connection').map((span) => attributesOf(span));
    expect(connections).toEqual(
      expect.arrayContaining(
        ['eventsource', 'websocket'].map((type) => ({
          'fedistream.transport': type,
          'fedistream.close_reason': 'gone',
        })),
      ),
    );
    const all = receiver.texts.join('\n');
    for (const secret of [token, account.id, '127.0.0.1', 'a secret text']) {
      expect(all).not.toContain(secret);
    }
  });

  it('do not disturb the server when their receiver is away, which the log tells once', async () => {
    const other = await openTestEnvironment({
      env: { TRACES_URL: 'http://127.0.0.1:9/v1/traces', TRACES_PER_THOUSAND: '1000' },
    });
    try {
      const { token, account } = await other.fixtures.viewer();
      const channel = `timeline:${account.id}`;
      const client = await eventStream.open(other.server, other.publisher, { token, stream: 'user', channel });
      await publishEvent(other.publisher, channel, 'delete', '1');
      expect((await client.next()).payload).toBe('1');
      await client.close();
      const line = await other.server.logged(({ msg }) => String(msg).includes('Traces could not be sent'));
      expect(line['msg']).toContain('127.0.0.1:9');
    } finally {
      await other.stop();
    }
  });

  it('cost nothing when they are off: the server does not load OpenTelemetry', async () => {
    const off = await openTestEnvironment({ env: { NODE_OPTIONS: withoutSdk } });
    try {
      const { token, account } = await off.fixtures.viewer();
      const channel = `timeline:${account.id}`;
      const client = await eventStream.open(off.server, off.publisher, { token, stream: 'user', channel });
      await publishEvent(off.publisher, channel, 'delete', '1');
      expect((await client.next()).payload).toBe('1');
      await client.close();
    } finally {
      await off.stop();
    }
    const on = openTestEnvironment({ env: { NODE_OPTIONS: withoutSdk, TRACES_URL: receiver.url } });
    await expect(on).rejects.toThrow('loads @opentelemetry/');
  });
});
