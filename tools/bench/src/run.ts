import { Publisher } from './events/publisher.js';
import { Load } from './load/load.js';
import { measure, scenarios, type Scenario } from './scenarios.js';
import { progress } from './progress.js';
import { bareServer } from './subjects/bare.js';
import { fedistream } from './subjects/fedistream.js';
import { keptRunning } from './subjects/kept-running.js';
import { runningTarget } from './subjects/target.js';
import type { Environment } from './environment.js';
import type { Figures } from './measure/figures.js';
import type { Sizes } from './measure/stage.js';
import type { BenchOptions } from './options.js';
import type { Transport } from './load/messages.js';
import type { Subject } from './subjects/subject.js';
import type { Teardown } from './teardown.js';

/** What one scenario gave over one transport, round by round. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly measures: Scenario['measures'];
  readonly transport: Transport;
  readonly sizes: Sizes;
  /** The measured server's figures; one for each round. */
  readonly server: readonly Figures[];
  /** The bare server's, of the same rounds; empty without it. */
  readonly bare: readonly Figures[];
  /** Why it ended before all rounds were done. */
  readonly failure?: string;
}

/** Runs what was asked for: for each scenario and transport bare server and server by turns. */
export async function run(
  options: BenchOptions,
  environment: Environment,
  teardown: Teardown,
): Promise<ScenarioResult[]> {
  // A smoke run shows that things work; a new process for each measurement would only take time.
  const started = (subject: Subject): Subject => (options.smoke ? keptRunning(subject, teardown) : subject);
  const server = started(subjectOf(options, environment));
  const bare = options.withoutBare ? undefined : started(bareServer(environment.redisUrl, environment.namespace));
  const publisher = new Publisher(environment.redis, environment.namespace);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios.filter(({ name }) => options.scenarios.includes(name))) {
    for (const transport of scenario.transports.filter((each) => options.transports.includes(each))) {
      if (scenario.name === 'audience' && environment.population.choosyViewers.length === 0) {
        progress('audience: left out, no viewers whose relations are known');
        continue;
      }
      const setting: Setting = { environment, publisher, teardown, loaders: options.loaders };
      const sides = { bare, server };
      results.push(await runScenario(setting, scenario, transport, sizesOf(scenario, options), sides, options.rounds));
    }
  }
  return results;
}

interface Setting {
  readonly environment: Environment;
  readonly publisher: Publisher;
  readonly teardown: Teardown;
  readonly loaders: number;
}

interface Sides {
  readonly bare: Subject | undefined;
  readonly server: Subject;
}

async function runScenario(
  setting: Setting,
  scenario: Scenario,
  transport: Transport,
  sizes: Sizes,
  sides: Sides,
  rounds: number,
): Promise<ScenarioResult> {
  const { name, measures } = scenario;
  const figures: { server: Figures[]; bare: Figures[] } = { server: [], bare: [] };
  const result = { scenario: name, measures, transport, sizes, ...figures };
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const side of ['bare', 'server'] as const) {
        const subject = sides[side];
        if (subject) {
          progress(`${name} ${transport}, round ${round} of ${rounds}: ${subject.name}`);
          figures[side].push(await measureOnce(setting, subject, scenario, transport, sizes));
        }
      }
    }
    return result;
  } catch (error) {
    const failure = (error as Error).message;
    progress(`${name} ${transport} failed: ${failure}`);
    return { ...result, failure };
  }
}

async function measureOnce(setting: Setting, subject: Subject, scenario: Scenario, transport: Transport, sizes: Sizes) {
  const { environment, publisher, loaders } = setting;
  const load = new Load(loaders);
  try {
    const server = await subject.start(transport);
    setting.teardown.add(() => server.stop());
    try {
      const processes = { ...environment.processes, server: server.pids };
      const { population } = environment;
      return await measure(scenario, { subject, server, transport, load, publisher, population, processes }, sizes);
    } finally {
      await load.disconnect();
      await server.stop();
    }
  } finally {
    load.stop();
  }
}

function subjectOf(options: BenchOptions, environment: Environment): Subject {
  if (options.target) {
    return runningTarget(options.target, options.pids);
  }
  return fedistream({
    program: options.server,
    nodeArgs: options.nodeArgs,
    env: options.serverEnv,
    redisUrl: environment.redisUrl,
    databaseUrl: environment.databaseUrl ?? '',
    namespace: environment.namespace ?? '',
  });
}

function sizesOf({ sizes, smoke }: Scenario, options: BenchOptions): Sizes {
  const own = options.smoke ? smoke : sizes;
  return {
    ...own,
    clients: options.clients ?? own.clients,
    events: options.events ?? own.events,
    perSecond: options.rate ?? own.perSecond,
  };
}
