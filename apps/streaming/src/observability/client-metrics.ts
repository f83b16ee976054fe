import type { AuthStatistics } from '@fedistream/auth';
import { closeReasons, type DeliveryStatistics } from '@fedistream/delivery';
import type { ClientInputs } from '../connections/client-input.js';
import type { DescriptorReserve } from '../connections/descriptor-reserve.js';
import type { DescriptorMonitor } from './descriptor-monitor.js';
import { counter, counterBy, gauge, type Metric } from './metric.js';
import type { RefusalLog } from './refusal-log.js';

/** Where the values are counted. */
export interface ClientSources {
  readonly auth: AuthStatistics;
  readonly delivery: DeliveryStatistics;
  readonly descriptors: DescriptorMonitor;
  readonly inputs: ClientInputs;
  readonly refusals: RefusalLog;
  readonly reserve: DescriptorReserve;
}

/** Which clients were let in, refused and disconnected, and why. */
export function clientMetrics({
  auth,
  delivery,
  descriptors,
  inputs,
  refusals,
  reserve,
}: ClientSources): readonly Metric[] {
  return [
    {
      kind: 'counter',
      name: 'fedistream_connections_closed_total',
      help: 'Connections ended, by reason',
      labels: ['reason'],
      read: () => Object.values(closeReasons).map(({ name }) => [{ reason: name }, delivery.closed.get(name) ?? 0]),
    },
    gauge(
      'fedistream_admissions_waiting',
      'Clients that wait for the look-up of their token, or for their turn afterwards',
      () => auth.waiting,
    ),
    counter(
      'fedistream_admissions_refused_total',
      'Clients refused because MAX_WAITING_CLIENTS waited already, or after a wait of 20 s',
      () => auth.refused,
    ),
    counter('fedistream_authentications_total', 'Tokens accepted', () => auth.authenticated),
    counterBy(
      'fedistream_refusals_total',
      'Requests and WebSocket messages refused, by error',
      'error',
      () => refusals.byCode,
    ),
    counter(
      'fedistream_event_streams_unanswered_total',
      'Temporary refusals of browser event streams, closed without an answer so that they reconnect',
      () => refusals.unanswered,
    ),
    counter(
      'fedistream_messages_delayed_total',
      'Frames after which a WebSocket was read more slowly, because it or its account sent too many',
      () => inputs.delayed,
    ),
    counter(
      'fedistream_requests_delayed_total',
      'HTTP requests handled later, because their connection sent more than MAX_REQUESTS_PER_SECOND',
      () => refusals.delayed,
    ),
    counter(
      'fedistream_connections_dropped_total',
      'Connections closed at once, to keep file descriptors free for Redis, PostgreSQL and operators',
      () => reserve.dropped,
    ),
    counter(
      'fedistream_file_descriptors_exhausted_total',
      'Seconds in which the process had no free file descriptor and new connections were dropped',
      () => descriptors.exhausted,
    ),
    counterBy(
      'fedistream_revocations_total',
      'Connections ended for lack of authorisation, by cause',
      'reason',
      () => auth.revoked,
    ),
  ];
}
