import { describe, expect, it } from 'vitest';
import { channels, stream, type AnyStream } from '../index.js';
import { StreamDefinition } from '../modules/stream-definition.js';
import { StreamStatistics } from '../modules/stream-statistics.js';
import { FailureLog } from './failure-log.js';
import { deliverySteps, eventFilter } from './own-code.js';

const declared = {
  name: 'x',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  channels: () => [channels.public()],
} as const;

/** What is called for each event, and for each event and viewer. */
function callsOf(source: AnyStream) {
  const statistics = new StreamStatistics();
  const failures = new FailureLog(statistics);
  const definition = new StreamDefinition(source, { name: 't', owner: 'team-t', package: 't', version: '0.0.0' });
  const request = definition.request('x', {});
  const { acceptsFor, map } = deliverySteps(request, failures) ?? {};
  return {
    perEvent: eventFilter(request, failures, statistics) !== undefined,
    map: map !== undefined,
    perViewer: acceptsFor !== undefined,
  };
}

describe('what a stream calls for an event', () => {
  it.each<{ readonly member: string; readonly source: AnyStream; readonly calls: ReturnType<typeof callsOf> }>([
    {
      member: 'nothing without code of its own',
      source: stream(declared),
      calls: { perEvent: false, map: false, perViewer: false },
    },
    {
      member: 'accepts alone',
      source: stream({ ...declared, accepts: () => true }),
      calls: { perEvent: true, map: false, perViewer: false },
    },
    {
      member: 'map alone',
      source: stream({ ...declared, map: (event) => event }),
      calls: { perEvent: false, map: true, perViewer: false },
    },
    {
      member: 'acceptsFor alone',
      source: stream({ ...declared, acceptsFor: () => true }),
      calls: { perEvent: false, map: false, perViewer: true },
    },
  ])('is $member', ({ source, calls }) => {
    expect(callsOf(source)).toEqual(calls);
  });
});
