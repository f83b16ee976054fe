import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { closeReasons } from '@fedistream/delivery';
import { LogThrottle } from '@fedistream/util';
import { fastify, type FastifyInstance } from 'fastify';
import { ConnectionCloser } from '../connections/connection-closer.js';
import { ConnectionDrain } from '../connections/connection-drain.js';
import { LoadShedding } from '../connections/load-shedding.js';
import { Metrics, metricsContentType } from '../observability/metrics.js';
import { AdminSettings } from './admin-settings.js';
import { mayComeFromPage } from './cross-site.js';
import { ConnectionOverview, type ConnectionFilter } from './connection-overview.js';
import { adminOpenApi, filterParameters, shedParameters } from './openapi.js';
import { ReadinessReport } from './readiness-report.js';

const filterSchema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(Object.keys(filterParameters).map((name) => [name, { type: 'string' }])),
};

/** What `POST /shed` is given. */
interface ShedRequest {
  readonly connections: number;
  readonly seconds: number;
}

const shedSchema = {
  type: 'object',
  additionalProperties: false,
  required: Object.keys(shedParameters),
  properties: Object.fromEntries(Object.entries(shedParameters).map(([name, { schema }]) => [name, schema])),
};

/**
 * The internal listener, for operators and orchestrators: probes, metrics, and the connections of this process. It asks for
 * no token, so it listens on the loopback address unless set otherwise, never on the public port, and refuses requests that
 * a web page may have sent. Probes and metrics are open to any `Host`: orchestrators and Prometheus ask by name.
 */
@Injectable()
export class AdminServer implements OnApplicationShutdown {
  readonly #logger = new Logger(AdminServer.name);
  readonly #throttle = new LogThrottle();
  #server: FastifyInstance | undefined;

  constructor(
    private readonly closer: ConnectionCloser,
    private readonly drain: ConnectionDrain,
    private readonly metrics: Metrics,
    private readonly overview: ConnectionOverview,
    private readonly report: ReadinessReport,
    private readonly settings: AdminSettings,
    private readonly shedding: LoadShedding,
  ) {}

  /** Starts to listen if a port is set. @returns its URL */
  async listen(): Promise<string | undefined> {
    const { port, address } = this.settings;
    if (port === undefined) {
      return undefined;
    }
    this.#server = this.#createServer();
    const url = await this.#server.listen({ port, host: address });
    this.#logger.log({ msg: 'internal listener', address: url });
    return url;
  }

  /** Called by Nest, after draining: the probes are answered until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.#server?.close();
  }

  /** Only for a server that listens: Fastify's compilers of schemas, which it loads, are a seventh of the start. */
  #createServer(): FastifyInstance {
    // A misspelt filter is refused, not dropped: without it more connections would be closed than was asked for.
    const server = fastify({ forceCloseConnections: true, ajv: { customOptions: { removeAdditional: false } } });
    this.#addProbes(server);
    void server.register((guarded, _options, done) => {
      this.#refusePages(guarded);
      this.#addConnections(guarded);
      this.#addDrain(guarded);
      this.#addShedding(guarded);
      done();
    });
    return server;
  }

  #addProbes(server: FastifyInstance): void {
    server.get('/live', () => ({ live: true }));
    server.get('/ready', (_request, reply) => {
      const reasons = this.report.reasons();
      return reply.status(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
    });
    server.get('/metrics', async (_request, reply) => {
      return reply.header('Content-Type', metricsContentType).send(await this.metrics.text());
    });
    server.get('/openapi.json', () => adminOpenApi);
  }

  #refusePages(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      if (!mayComeFromPage(request.headers)) {
        done();
        return;
      }
      this.#throttle.run((suffix) => {
        const { host, origin } = request.headers;
        this.#logger.warn({ msg: `Request of a web page refused${suffix}`, url: request.url, host, origin });
      });
      void reply.status(403).send({ error: 'Ask by address, and not from a web page' });
    });
  }

  #addDrain(server: FastifyInstance): void {
    server.post('/drain', (request, reply) => {
      this.#logger.warn({ msg: 'drain requested by an operator', from: request.ip });
      void this.drain.drain();
      return reply.status(202).send({ draining: true });
    });
  }

  #addShedding(server: FastifyInstance): void {
    const schema = { querystring: shedSchema };
    server.post<{ Querystring: ShedRequest }>('/shed', { schema }, ({ ip, query }, reply) => {
      const { connections, seconds } = query;
      this.#logger.warn({ msg: 'load shedding requested by an operator', connections, seconds, from: ip });
      const shed = this.shedding.begin(connections, seconds * 1_000);
      return shed === undefined
        ? reply.status(409).send({ error: 'Load is being shed already, or the process drains' })
        : reply.status(202).send({ closing: shed, seconds });
    });
  }

  #addConnections(server: FastifyInstance): void {
    const schema = { querystring: filterSchema };
    server.get<{ Querystring: ConnectionFilter }>('/connections', { schema }, ({ query }) =>
      this.overview.describe(query),
    );
    server.delete<{ Querystring: ConnectionFilter }>('/connections', { schema }, ({ ip, query }, reply) => {
      const { account, token, address } = query;
      if (account === undefined && token === undefined && address === undefined) {
        return reply.status(400).send({ error: 'Name an account, a token or an address' });
      }
      const connections = this.overview.find(query);
      this.closer.closeSilently(connections, closeReasons.revoked);
      this.#logger.warn({ msg: 'connections closed by an operator', ...query, closed: connections.length, from: ip });
      return reply.send({ closed: connections.length });
    });
  }
}
