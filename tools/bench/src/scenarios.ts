import { audiencePlan } from './plans/audience.js';
import { hashtagPlan } from './plans/hashtag.js';
import { homePlan } from './plans/home.js';
import { multiplexedPlan } from './plans/multiplexed.js';
import { publicPlan } from './plans/public.js';
import { listenersOf, measureConnections } from './measure/connections.js';
import { measureDeliveries } from './measure/deliveries.js';
import { measureMemory } from './measure/memory.js';
import { measureThroughput } from './measure/throughput.js';
import type { Figures } from './measure/figures.js';
import type { Sizes, Stage } from './measure/stage.js';
import type { Transport } from './load/messages.js';
import type { Plan, Population } from './plans/plan.js';

/** What its figures are about, and so in which table it stands. */
export type Measured = 'deliveries' | 'connections' | 'memory' | 'throughput';

/** Something that is measured. */
export interface Scenario {
  readonly name: string;
  /** For the help text. */
  readonly about: string;
  readonly measures: Measured;
  readonly transports: readonly Transport[];
  readonly sizes: Sizes;
  /** Sizes for a smoke run. */
  readonly smoke: Sizes;
  readonly plan: (population: Population, sizes: Sizes) => Plan;
}

const both: readonly Transport[] = ['ws', 'sse'];
const tiny: Sizes = { clients: 10, events: 20, perSecond: 400, burst: 1 };

/** All scenarios, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'public',
    about: 'everybody listens to the public stream; audience rules on, no relations',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 250, perSecond: 30, burst: 1 },
    smoke: tiny,
    plan: (population, { clients }) => publicPlan(population, clients),
  },
  {
    name: 'audience',
    about: 'the same with blocks, mutes, domain blocks, languages and filters',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 250, perSecond: 30, burst: 1 },
    smoke: { ...tiny, clients: 40 },
    plan: (population, { clients }) => audiencePlan(population, clients),
  },
  {
    name: 'home',
    about: 'everybody listens to their own home stream; one event, one listener',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 16_000, perSecond: 2_000, burst: 1 },
    smoke: tiny,
    plan: (population, { clients }) => homePlan(population, clients),
  },
  {
    name: 'hashtag',
    about: 'everybody listens to one of ten hashtags',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 1_600, perSecond: 200, burst: 1 },
    smoke: tiny,
    plan: (population, { clients }) => hashtagPlan(population, clients),
  },
  {
    name: 'multiplexed',
    about: 'one WebSocket with home, public, a hashtag and a list',
    measures: 'deliveries',
    transports: ['ws'],
    sizes: { clients: 500, events: 4_000, perSecond: 500, burst: 1 },
    smoke: tiny,
    plan: (population, { clients }) => multiplexedPlan(population, clients),
  },
  {
    name: 'burst',
    about: 'the public stream, five events at a time',
    measures: 'deliveries',
    transports: both,
    sizes: { clients: 1_000, events: 400, perSecond: 50, burst: 5 },
    smoke: { ...tiny, burst: 5 },
    plan: (population, { clients }) => publicPlan(population, clients),
  },
  {
    name: 'connect',
    about: 'clients connect, 200 per second, while deliveries go on',
    measures: 'connections',
    transports: both,
    sizes: { clients: 2_000, events: 0, perSecond: 20, burst: 1 },
    smoke: { ...tiny, perSecond: 40, clients: 40 },
    plan: (population, sizes) => publicPlan(population, listenersOf(sizes)),
  },
  {
    name: 'idle',
    about: 'memory of a connection to the public stream',
    measures: 'memory',
    transports: both,
    sizes: { clients: 4_000, events: 0, perSecond: 1, burst: 1 },
    smoke: { ...tiny, clients: 100, settleMs: 100 },
    plan: (population, { clients }) => publicPlan(population, clients),
  },
  {
    name: 'idle-home',
    about: 'memory of a connection to a home stream, each of another account',
    measures: 'memory',
    transports: both,
    sizes: { clients: 4_000, events: 0, perSecond: 1, burst: 1 },
    smoke: { ...tiny, clients: 100, settleMs: 100 },
    plan: (population, { clients }) => homePlan(population, clients),
  },
  {
    name: 'saturate',
    about: 'the most deliveries per second that last, with p99 under 250 ms',
    measures: 'throughput',
    transports: both,
    sizes: { clients: 1_000, events: 300, perSecond: 60, burst: 1 },
    smoke: { ...tiny, steps: 2 },
    plan: (population, { clients }) => publicPlan(population, clients),
  },
];

/** Measures a scenario on a stage. */
export function measure(scenario: Scenario, stage: Stage, sizes: Sizes): Promise<Figures> {
  const plan = scenario.plan(stage.population, sizes);
  switch (scenario.measures) {
    case 'deliveries':
      return measureDeliveries(stage, plan, sizes);
    case 'connections':
      return measureConnections(stage, plan, sizes);
    case 'memory':
      return measureMemory(stage, plan, sizes);
    case 'throughput':
      return measureThroughput(stage, plan, sizes);
  }
}
