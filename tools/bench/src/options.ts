import { parseArgs, type ParseArgsConfig } from 'node:util';

import { scenarios } from './scenarios.js';
import { baselines, type Baseline } from './servers/baselines.js';
import type { Transport } from './load/messages.js';

/** The command line. Where a value is absent, the scenario's own applies. */
export interface BenchOptions {
  readonly help: boolean;
  readonly smoke: boolean;
  readonly prepare: boolean;
  /** Start each server once for all rounds of a scenario. */
  readonly reuse: boolean;
  readonly profile: boolean;
  /** Where the whole profiles are written, too. */
  readonly profileDirectory?: string | undefined;
  readonly baselines: readonly Baseline[];
  readonly scenarios: readonly string[];
  readonly transports: readonly Transport[];
  readonly clients?: number | undefined;
  readonly events?: number | undefined;
  readonly rate?: number | undefined;
  readonly seconds?: number | undefined;
  readonly warmUp?: number | undefined;
  readonly rounds: number;
  readonly loaders: number;
  readonly json?: string | undefined;
  readonly redis?: string | undefined;
  readonly database?: string | undefined;
  readonly namespace?: string | undefined;
  readonly target?: URL | undefined;
  readonly pids: readonly number[];
  readonly tokens?: string | undefined;
  readonly server: string;
  readonly serverEnv: Readonly<Record<string, string>>;
  readonly nodeArgs: readonly string[];
}

/** A wrong command line; the message is one line. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

const transports: readonly Transport[] = ['ws', 'sse'];
const defaultServer = 'apps/streaming/dist/main.js';

const config = {
  help: { type: 'boolean', short: 'h', default: false },
  smoke: { type: 'boolean', default: false },
  prepare: { type: 'boolean', default: false },
  reuse: { type: 'boolean', default: false },
  profile: { type: 'boolean', default: false },
  'profile-dir': { type: 'string' },
  baseline: { type: 'string' },
  scenario: { type: 'string' },
  transport: { type: 'string' },
  clients: { type: 'string' },
  events: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  rounds: { type: 'string' },
  loaders: { type: 'string' },
  json: { type: 'string' },
  redis: { type: 'string' },
  database: { type: 'string' },
  namespace: { type: 'string' },
  target: { type: 'string' },
  pid: { type: 'string', multiple: true, default: [] },
  tokens: { type: 'string' },
  server: { type: 'string', default: defaultServer },
  'server-env': { type: 'string', multiple: true, default: [] },
  'node-arg': { type: 'string', multiple: true, default: [] },
} as const satisfies ParseArgsConfig['options'];

/** The help text: every option and every scenario. */
export const help = `Measures what a delivery, a connection and an idle client cost a streaming server, compared with a floor server.

  npm run bench -- [options]

What is measured
  --scenario A,B      which scenarios, or the groups ordinary and batched (default: all, see below)
  --transport ws,sse  over which transports (default: both)
  --rounds N          alternating rounds of baseline and server (default: 3)
  --baseline A,B      floor (bytes only, no library), naive (the usual libraries) or none (default: floor)
  --clients N         connections (default: the scenario's)
  --events N          published events (default: the scenario's)
  --rate N            published events per second (default: the scenario's; saturate begins there)
  --seconds N         how long events are published, or idle connections watched (default: the scenario's)
  --warm-up N         messages that a new server delivers first (default: the scenario's, mostly 16000)
  --reuse             start each server once for all rounds of a scenario: quicker, one state of V8's optimiser
  --loaders N         load processes (default: 2)
  --smoke             tiny sizes, one round: shows that everything works, not how fast

Output
  --profile           profile the measured part: the ten largest entries of each server's CPU time
  --profile-dir DIR   the same, and write the whole profiles there, for speedscope or Chrome's DevTools
  --json FILE         everything as JSON; "-" is standard output, instead of the table

Servers
  --redis URL         default: REDIS_URL, else one is started
  --database URL      default: DATABASE_URL, else one is started; a database is created there, and dropped at the end
  --namespace NAME    REDIS_NAMESPACE (default: a random one; with --target: none)
  --server FILE       the server's main.js (default: ${defaultServer})
  --server-env K=V    a setting for the server; may be repeated
  --node-arg ARG      an argument for the server's node; may be repeated

A server that runs already, of any make
  --target URL        http://host:port; needs --redis and --tokens, the Redis and namespace that this server listens to
  --pid PID           its process on this machine, for CPU and memory; may be repeated
  --tokens FILE       one viewer per line: access token, blank, account id
  --prepare           fills the empty database of --database, writes the file of --tokens, and ends

Scenarios
${scenarios.map(({ name, group, about }) => `  ${name.padEnd(12)}  ${group.padEnd(8)}  ${about}`).join('\n')}
`;

/**
 * Reads the command line.
 *
 * @throws OptionError naming the option, its value and what is allowed
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parse(args);
  const options: BenchOptions = {
    help: values.help,
    smoke: values.smoke,
    prepare: values.prepare,
    reuse: values.reuse,
    profile: values.profile || values['profile-dir'] !== undefined,
    profileDirectory: values['profile-dir'],
    baselines:
      values.baseline === 'none'
        ? []
        : chosen('baseline', values.baseline ?? (values.smoke ? undefined : 'floor'), baselines),
    scenarios: chosenScenarios(values.scenario),
    transports: chosen('transport', values.transport, transports),
    clients: positive('clients', values.clients),
    events: positive('events', values.events),
    rate: positive('rate', values.rate),
    seconds: positive('seconds', values.seconds),
    warmUp: positive('warm-up', values['warm-up']),
    rounds: positive('rounds', values.rounds) ?? (values.smoke ? 1 : 3),
    loaders: positive('loaders', values.loaders) ?? (values.smoke ? 1 : 2),
    json: values.json,
    redis: values.redis,
    database: values.database,
    namespace: values.namespace,
    target: values.target === undefined ? undefined : httpUrl(values.target),
    pids: values.pid.map((pid) => positive('pid', pid) ?? 0),
    tokens: values.tokens,
    server: values.server,
    serverEnv: Object.fromEntries(values['server-env'].map(setting)),
    nodeArgs: values['node-arg'],
  };
  refuseIf(options.prepare && !(options.database && options.tokens), '--prepare needs --database and --tokens.');
  refuseIf(!!options.target && !(options.redis && options.tokens), '--target needs --redis and --tokens.');
  refuseIf(!options.target && options.pids.length > 0, '--pid belongs to --target.');
  return options;
}

/** The names of scenarios; a group stands for all its scenarios. */
function chosenScenarios(text: string | undefined): readonly string[] {
  const names = scenarios.map(({ name }) => name);
  if (text === undefined) {
    return names;
  }
  const groups = [...new Set<string>(scenarios.map(({ group }) => group))];
  return chosen('scenario', text, [...names, ...groups]).flatMap((chosenName) =>
    groups.includes(chosenName)
      ? scenarios.filter(({ group }) => group === chosenName).map(({ name }) => name)
      : [chosenName],
  );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: config, strict: true });
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new OptionError(`${line.replace(/\. To specify.*/, '.')} See --help.`);
  }
}

function chosen<T extends string>(option: string, text: string | undefined, known: readonly T[]): readonly T[] {
  if (text === undefined) {
    return known;
  }
  return text.split(',').map((name) => {
    const found = known.find((each) => each === name.trim());
    if (found === undefined) {
      throw new OptionError(`--${option} '${name}' is not one of ${known.join(', ')}.`);
    }
    return found;
  });
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  refuseIf(!/^[1-9]\d{0,8}$/.test(text), `--${option} '${text}' is not a positive whole number.`);
  return Number(text);
}

function httpUrl(text: string): URL {
  refuseIf(
    !URL.canParse(text) || new URL(text).protocol !== 'http:',
    `--target '${text}' is not a URL http://host:port.`,
  );
  return new URL(text);
}

function setting(text: string): [string, string] {
  const at = text.indexOf('=');
  refuseIf(at < 1, `--server-env '${text}' is not NAME=value.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function refuseIf(wrong: boolean, message: string): void {
  if (wrong) {
    throw new OptionError(message);
  }
}
