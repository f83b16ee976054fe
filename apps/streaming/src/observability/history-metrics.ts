import type { HistoryStatistics } from '@fedistream/history';
import { counter, counterBy, gauge, type Metric } from './metric.js';

/** The history, on a server that keeps one: its recorder, and the clients that resume. */
export function historyMetrics(history: HistoryStatistics): readonly Metric[] {
  const name = (rest: string) => `fedistream_history_${rest}`;
  return [
    counterBy(
      name('resumes_total'),
      'Resumes, by result: recovered, or why what a client missed was not replayed',
      'result',
      () => history.resumes,
    ),
    gauge(name('resumes_waiting'), 'Resumes that wait for their turn', () => history.resumesWaiting),
    counter(name('replayed_total'), 'Events written because of a resume', () => history.replayed),
    counterBy(
      name('tickets_total'),
      'Tickets of a planned restart, by whether they were left or taken',
      'step',
      () => ({
        left: history.ticketsLeft,
        taken: history.ticketsTaken,
      }),
    ),
    counterBy(
      name('gaps_total'),
      'Gaps of this process after it had lost Redis: filled from the history, or told to clients',
      'result',
      () => history.gaps,
    ),
    counter(name('fetched_total'), 'Messages fetched to fill these gaps', () => history.fetched),
    counter(name('fences_total'), 'Fences that a recorder acknowledged', () => history.fences),
    counter(name('fence_seconds_total'), 'Time that these fences took', () => history.fenceMs / 1_000),
    counter(name('fences_lost_total'), 'Fences that no recorder acknowledged in time', () => history.fencesLost),
    counter(name('epochs_total'), 'Epochs that this process began: earlier positions were lost', () => history.epochs),
    counter(name('recorded_total'), 'Messages that this process recorded', () => history.recorded),
    gauge(name('recording'), 'Whether this process is the recorder', () => Number(history.recording)),
    gauge(name('recorder_lag'), 'Messages that wait to be recorded', () => history.lag),
    gauge(name('bytes'), 'Size of the history, as its recorder knows it', () => history.bytes),
  ];
}
