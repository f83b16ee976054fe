import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { CloseReason, Delivery } from '@fedistream/delivery';
import { errorReason, LogThrottle } from '@fedistream/util';
import { ROOT_CONTEXT, trace, type Attributes, type Tracer as OtelTracer } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ClientConnection } from '../../connections/client-connection.js';
import type { TracingSettings } from './tracing-settings.js';

/** A receiver that hangs holds neither memory nor the end of the process for longer. */
const exportWithinMs = 3_000;

/**
 * Sends OpenTelemetry traces of events and connections. This file imports the SDK: it is loaded only when tracing is on.
 *
 * All times are known when an event was written or a connection has ended, so spans are made then, and only for those that
 * are traced: a random number decides, which costs less than a span that is not recorded. No span holds an account, an
 * address, a token, or any part of an event but its name.
 */
export class Tracer implements OnApplicationShutdown {
  readonly #provider: BasicTracerProvider;
  readonly #tracer: OtelTracer;
  readonly #ratio: number;

  constructor({ url, ratio }: TracingSettings) {
    const logger = new Logger('Tracing');
    const throttle = new LogThrottle(60_000);
    setGlobalErrorHandler((failure) => {
      throttle.run((suffix) => {
        const reason = failure instanceof Error ? errorReason(failure) : JSON.stringify(failure);
        logger.warn(`Traces could not be sent to ${new URL(url).host} (${reason}); they are lost${suffix}`);
      });
    });
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportWithinMs });
    this.#provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'fedistream', 'process.pid': process.pid }),
      spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: exportWithinMs })],
    });
    this.#tracer = this.#provider.getTracer('fedistream');
    this.#ratio = ratio;
  }

  /** Traces an event on its way to the clients of one stream: `event`, with `decide` and `write` as its children. */
  delivered({ event, stream, receivedAtMs, decidedAtMs, writtenAtMs }: Delivery): void {
    if (!this.#isSampled()) {
      return;
    }
    const attributes = { 'fedistream.stream': stream, 'fedistream.event': event.name.slice(0, 64) };
    const received = performance.timeOrigin + receivedAtMs;
    const decided = performance.timeOrigin + decidedAtMs;
    const written = performance.timeOrigin + writtenAtMs;
    const root = this.#tracer.startSpan('event', { root: true, startTime: received, attributes });
    const context = trace.setSpan(ROOT_CONTEXT, root);
    this.#tracer.startSpan('decide', { startTime: received }, context).end(decided);
    this.#tracer.startSpan('write', { startTime: decided }, context).end(written);
    root.end(written);
  }

  /** Traces a connection from its opening to its end. */
  closed({ framing, openedAtMs }: ClientConnection, { name }: CloseReason): void {
    if (this.#isSampled()) {
      const attributes: Attributes = { 'fedistream.transport': framing.type, 'fedistream.close_reason': name };
      this.#tracer.startSpan('connection', { root: true, startTime: openedAtMs, attributes }).end();
    }
  }

  /** Called by Nest: sends what is left. */
  async onApplicationShutdown(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  #isSampled(): boolean {
    return Math.random() < this.#ratio;
  }
}
