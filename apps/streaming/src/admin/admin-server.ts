import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { closeReasons } from '@fedistream/delivery';
import { fastify, type FastifyInstance } from 'fastify';
import { ConnectionCloser } from '../connections/connection-closer.js';
import { ConnectionDrain } from '../connections/connection-drain.js';
import { Metrics, metricsContentType } from '../observability/metrics.js';
import { AdminSettings } from './admin-settings.js';
import { ConnectionOverview, type ConnectionFilter } from './connection-overview.js';
import { ReadinessReport } from './readiness-report.js';

const filterSchema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(['account', 'token', 'address', 'stream'].map((name) => [name, { type: 'string' }])),
};

/**
 * The internal listener, for operators and orchestrators: probes, metrics, and the connections of this process. It asks for
 * no token, so it listens on the loopback address unless set otherwise, and never on the public port.
 */
@Injectable()
export class AdminServer implements OnApplicationShutdown {
  readonly #logger = new Logger(AdminServer.name);
  readonly #server: FastifyInstance;

  constructor(
    private readonly closer: ConnectionCloser,
    private readonly drain: ConnectionDrain,
    private readonly metrics: Metrics,
    private readonly overview: ConnectionOverview,
    private readonly report: ReadinessReport,
    private readonly settings: AdminSettings,
  ) {
    this.#server = fastify({ forceCloseConnections: true });
    this.#addProbes(this.#server);
    this.#addConnections(this.#server);
  }

  /** Starts to listen if a port is set. @returns its URL */
  async listen(): Promise<string | undefined> {
    const { port, address } = this.settings;
    if (port === undefined) {
      return undefined;
    }
    const url = await this.#server.listen({ port, host: address });
    this.#logger.log({ msg: 'internal listener', address: url });
    return url;
  }

  /** Called by Nest, after draining: the probes are answered until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.#server.close();
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
    server.post('/drain', (_request, reply) => {
      this.#logger.warn({ msg: 'drain requested by an operator' });
      void this.drain.drain();
      return reply.status(202).send({ draining: true });
    });
  }

  #addConnections(server: FastifyInstance): void {
    const schema = { querystring: filterSchema };
    server.get<{ Querystring: ConnectionFilter }>('/connections', { schema }, ({ query }) =>
      this.overview.describe(query),
    );
    server.delete<{ Querystring: ConnectionFilter }>('/connections', { schema }, ({ query }, reply) => {
      const { account, token, address } = query;
      if (account === undefined && token === undefined && address === undefined) {
        return reply.status(400).send({ error: 'Name an account, a token or an address' });
      }
      const connections = this.overview.find(query);
      this.closer.closeSilently(connections, closeReasons.revoked);
      this.#logger.warn({ msg: 'connections closed by an operator', ...query, closed: connections.length });
      return reply.send({ closed: connections.length });
    });
  }
}
