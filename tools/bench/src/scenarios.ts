import { audiencePlan } from './plans/audience.js';
import { hashtagFewPlan, hashtagPlan } from './plans/hashtag.js';
import { homePlan } from './plans/home.js';
import { multiplexedPlan } from './plans/multiplexed.js';
import { publicPlan } from './plans/public.js';
import { listenersOf, measureConnections } from './measure/connections.js';
import { measureDeliveries } from './measure/deliveries.js';
import { measureIdle } from './measure/idle.js';
import { measureScrape } from './measure/scrape.js';
import { measureThroughput } from './measure/throughput.js';
import type { Figures } from './measure/figures.js';
import type { Session, Sizes } from './measure/session.js';
import type { Transport } from './load/messages.js';
import type { Plan, Population } from './plans/plan.js';

/** What a scenario measures; each has a table of its own. */
export type Measured = 'deliveries' | 'connections' | 'idle' | 'scrape' | 'throughput';

/**
 * `ordinary`: rates and shapes of a real instance, where an event has few listeners. `batched`: many listeners share each event,
 * or many events come at once.
 */
export type Group = 'ordinary' | 'batched';

/** Something that is measured. */
export interface Scenario {
  readonly name: string;
  readonly group: Group;
  /** For the help text. */
  readonly about: string;
  readonly measures: Measured;
  readonly transports: readonly Transport[];
  readonly sizes: Sizes;
  /** Sizes for a smoke run. */
  readonly smoke: Sizes;
  /** Whether its viewers have relations that the benchmark must know. */
  readonly needsRelations?: boolean;
  readonly plan: (population: Population, sizes: Sizes) => Plan;
}

const both: readonly Transport[] = ['ws', 'sse'];
const tiny: Sizes = { clients: 10, events: 20, perSecond: 400, burst: 1, warmUp: 20 };
/** The messages that a server of some minutes has delivered. */
const warmUp = 16_000;

const ordinary: readonly Scenario[] = [
  {
    name: 'home',
    group: 'ordinary',
    about: '2,000 accounts listen to their home streams, 500 events a second, one listener each',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 2_000, events: 10_000, perSecond: 500, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => homePlan(population, clients),
  },
  {
    name: 'multiplexed',
    group: 'ordinary',
    about: '500 WebSockets with home, public, local, a hashtag and a list, 100 events a second',
    measures: 'deliveries',
    transports: ['ws'],
    sizes: { clients: 500, events: 2_000, perSecond: 100, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => multiplexedPlan(population, clients),
  },
  {
    name: 'hashtag-few',
    group: 'ordinary',
    about: '500 hashtags with two listeners each, 100 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 2_000, perSecond: 100, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => hashtagFewPlan(population, clients),
  },
  {
    name: 'public-2',
    group: 'ordinary',
    about: '1,000 listeners of the public stream, all rules, 2 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 60, perSecond: 2, burst: 1, warmUp },
    smoke: { ...tiny, clients: 40 },
    needsRelations: true,
    plan: (population, { clients }) => audiencePlan(population, clients),
  },
  {
    name: 'public-10',
    group: 'ordinary',
    about: '1,000 listeners of the public stream, all rules, 10 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 200, perSecond: 10, burst: 1, warmUp },
    smoke: { ...tiny, clients: 40 },
    needsRelations: true,
    plan: (population, { clients }) => audiencePlan(population, clients),
  },
  {
    name: 'connect',
    group: 'ordinary',
    about: '200 clients connect per second to their home streams, while 200 others receive public events',
    measures: 'connections',
    transports: both,
    sizes: { clients: 2_000, events: 0, perSecond: 20, burst: 1, warmUp: 4_000 },
    smoke: { ...tiny, perSecond: 40, clients: 40 },
    plan: (population, sizes) => publicPlan(population, listenersOf(sizes)),
  },
  {
    name: 'idle',
    group: 'ordinary',
    about: '5,000 idle clients of home streams: CPU time in a minute, memory of a connection',
    measures: 'idle',
    transports: both,
    sizes: { clients: 5_000, events: 0, perSecond: 1, burst: 1, warmUp: 0, settleMs: 5_000 },
    smoke: { ...tiny, clients: 100, settleMs: 100, idleMs: 200 },
    plan: (population, { clients }) => homePlan(population, clients),
  },
  {
    name: 'scrape',
    group: 'ordinary',
    about: 'GET /metrics with 10,000 idle clients: CPU time and block of the event loop; no baseline',
    measures: 'scrape',
    transports: ['ws'],
    sizes: { clients: 10_000, events: 20, perSecond: 1, burst: 1, warmUp: 0 },
    smoke: { ...tiny, clients: 50, events: 2, settleMs: 100 },
    plan: (population, { clients }) => homePlan(population, clients),
  },
];

const batched: readonly Scenario[] = [
  {
    name: 'public',
    group: 'batched',
    about: '1,000 listeners of the public stream without relations, 30 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 250, perSecond: 30, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => publicPlan(population, clients),
  },
  {
    name: 'audience',
    group: 'batched',
    about: 'the same with blocks, mutes, domain blocks, languages and filters',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 250, perSecond: 30, burst: 1, warmUp },
    smoke: { ...tiny, clients: 40 },
    needsRelations: true,
    plan: (population, { clients }) => audiencePlan(population, clients),
  },
  {
    name: 'home-busy',
    group: 'batched',
    about: '1,000 accounts listen to their home streams, 2,000 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 16_000, perSecond: 2_000, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => homePlan(population, clients),
  },
  {
    name: 'hashtag',
    group: 'batched',
    about: 'ten hashtags with a hundred listeners each, 200 events a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 1_600, perSecond: 200, burst: 1, warmUp },
    smoke: tiny,
    plan: (population, { clients }) => hashtagPlan(population, clients),
  },
  {
    name: 'burst',
    group: 'batched',
    about: '1,000 listeners of the public stream, five events at a time, 50 a second',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 400, perSecond: 50, burst: 5, warmUp },
    smoke: { ...tiny, burst: 5 },
    plan: (population, { clients }) => publicPlan(population, clients),
  },
  {
    name: 'saturate',
    group: 'batched',
    about: 'the most deliveries per second that last, with p99 under 250 ms',
    measures: 'throughput',
    transports: both,
    sizes: { clients: 1_000, events: 300, perSecond: 60, burst: 1, warmUp },
    smoke: { ...tiny, steps: 2 },
    plan: (population, { clients }) => publicPlan(population, clients),
  },
];

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [...ordinary, ...batched];

/** Measures a scenario. */
export function measure(scenario: Scenario, session: Session, sizes: Sizes): Promise<Figures> {
  const plan = scenario.plan(session.population, sizes);
  switch (scenario.measures) {
    case 'deliveries':
      return measureDeliveries(session, plan, sizes);
    case 'connections':
      return measureConnections(session, plan, sizes);
    case 'idle':
      return measureIdle(session, plan, sizes);
    case 'scrape':
      return measureScrape(session, plan, sizes);
    case 'throughput':
      return measureThroughput(session, plan, sizes);
  }
}
