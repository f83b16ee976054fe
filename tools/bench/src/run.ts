import { Publisher } from './events/publisher.js';
import { Load } from './load/load.js';
import { measure, scenarios, type Scenario } from './scenarios.js';
import { profileReport, writeProfile } from './profile/profile-report.js';
import { progress } from './progress.js';
import { baselineServer, type Baseline } from './servers/baselines.js';
import { fedistream } from './servers/fedistream.js';
import { reusedServer } from './servers/reused-server.js';
import { runningTarget } from './servers/target.js';
import { Teardown } from './teardown.js';
import type { Environment } from './environment.js';
import type { Figures } from './measure/figures.js';
import type { Session, Sizes } from './measure/session.js';
import type { BenchOptions } from './options.js';
import type { Transport } from './load/messages.js';
import type { MeasuredServer } from './servers/measured-server.js';

/** What one scenario gave over one transport, round by round. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly group: Scenario['group'];
  readonly measures: Scenario['measures'];
  readonly transport: Transport;
  readonly sizes: Sizes;
  /** The measured server's figures; one for each round. */
  readonly server: readonly Figures[];
  /** The figures of each baseline in the same rounds; empty for one that was not measured. */
  readonly baselines: Readonly<Record<Baseline, readonly Figures[]>>;
  /** The largest entries of each round's CPU profile, as text. */
  readonly profiles: readonly string[];
  /** Why it ended before all rounds were done. */
  readonly failure?: string;
}

/** Runs the scenarios over their transports. A round measures each baseline and then the server. */
export async function run(
  options: BenchOptions,
  environment: Environment,
  teardown: Teardown,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  const publisher = new Publisher(environment.redis, environment.namespace);
  // A smoke run starts each server once: it checks the benchmark, not the server.
  const servers = serversOf(options, environment, options.smoke ? teardown : undefined);
  for (const scenario of scenarios.filter(({ name }) => options.scenarios.includes(name))) {
    for (const transport of scenario.transports.filter((each) => options.transports.includes(each))) {
      if (scenario.needsRelations === true && environment.population.relatedViewers.length === 0) {
        progress(`${scenario.name}: left out, because it needs the viewers of a database that --prepare has filled`);
        continue;
      }
      const ofScenario = new Teardown();
      teardown.add(() => ofScenario.run());
      const own = options.reuse ? serversOf(options, environment, ofScenario) : servers;
      const job = { scenario, transport, sizes: sizesOf(scenario, options), environment, publisher, teardown };
      results.push(await runScenario(job, options, own));
      await ofScenario.run();
    }
  }
  return results;
}

interface NamedServer {
  readonly name: 'server' | Baseline;
  readonly measured: MeasuredServer;
}

/** @param reuse stops the servers that are started once and used for all measurements; absent: each measurement starts its own */
function serversOf(options: BenchOptions, environment: Environment, reuse: Teardown | undefined): NamedServer[] {
  const { redisUrl, namespace } = environment;
  const servers: NamedServer[] = [
    ...options.baselines.map((name) => ({ name, measured: baselineServer(name, redisUrl, namespace) })),
    { name: 'server', measured: serverUnderTest(options, environment) },
  ];
  return reuse ? servers.map(({ name, measured }) => ({ name, measured: reusedServer(measured, reuse) })) : servers;
}

interface Job {
  readonly scenario: Scenario;
  readonly transport: Transport;
  readonly sizes: Sizes;
  readonly environment: Environment;
  readonly publisher: Publisher;
  readonly teardown: Teardown;
}

async function runScenario(
  job: Job,
  { rounds, loaders, profile, profileDirectory }: BenchOptions,
  servers: readonly NamedServer[],
): Promise<ScenarioResult> {
  const { transport, sizes, scenario } = job;
  const { name, group, measures } = scenario;
  const figures: Record<'server' | Baseline, Figures[]> = { server: [], floor: [], naive: [] };
  const { server, ...baselines } = figures;
  const profiles: string[] = [];
  const result = { scenario: name, group, measures, transport, sizes, server, baselines, profiles };
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const each of servers) {
        if (measures === 'scrape' && each.name !== 'server') {
          continue;
        }
        progress(`${name} ${transport}, round ${round} of ${rounds}: ${each.measured.name}`);
        const onProfile: Session['onProfile'] = (taken, units) => {
          const title = `${name} ${transport}, ${each.measured.name}`;
          profiles.push(profileReport(title, taken, units));
          if (profileDirectory !== undefined) {
            writeProfile(profileDirectory, `${title.replaceAll(/\W+/g, '-')}-${round}`, taken);
          }
        };
        figures[each.name].push(await measureOnce(job, loaders, each.measured, profile ? onProfile : undefined));
      }
    }
    return result;
  } catch (error) {
    const failure = (error as Error).message;
    progress(`${name} ${transport} failed: ${failure}`);
    return { ...result, failure };
  }
}

async function measureOnce(
  { scenario, transport, sizes, environment, publisher, teardown }: Job,
  loaders: number,
  measured: MeasuredServer,
  onProfile: Session['onProfile'],
): Promise<Figures> {
  const load = new Load(loaders);
  try {
    const server = await measured.start(transport);
    teardown.add(() => server.stop());
    try {
      const processes = { ...environment.processes, server: server.pids };
      const { population } = environment;
      const session = { measured, server, transport, load, publisher, population, processes, onProfile };
      return await measure(scenario, session, sizes);
    } finally {
      await load.disconnect();
      await server.stop();
    }
  } finally {
    load.stop();
  }
}

function serverUnderTest(options: BenchOptions, environment: Environment): MeasuredServer {
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

function sizesOf({ sizes, smoke, measures }: Scenario, options: BenchOptions): Sizes {
  const own = options.smoke ? smoke : sizes;
  const perSecond = options.rate ?? own.perSecond;
  const { seconds } = options;
  const timed = measures === 'deliveries' && seconds !== undefined ? seconds * perSecond : undefined;
  return {
    ...own,
    clients: options.clients ?? own.clients,
    events: options.events ?? timed ?? own.events,
    perSecond,
    warmUp: options.warmUp ?? own.warmUp,
    ...(seconds !== undefined && { idleMs: seconds * 1_000 }),
  };
}
