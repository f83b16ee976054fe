import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { LatencyHistogram } from '../figures/latency-histogram.js';
import type {
  ClientSpec,
  ConnectOrder,
  ConnectResult,
  LoadCommand,
  LoadReply,
  TallyOrder,
  TallyResult,
} from './messages.js';
import { rowBytes } from './tally.js';

const program = fileURLToPath(new URL('./load-process.js', import.meta.url));

type CommandBody = LoadCommand extends infer Command
  ? Command extends LoadCommand
    ? Omit<Command, 'id'>
    : never
  : never;

/** The parent's side of one load process. */
class LoadProcess {
  received = 0;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (news: LoadReply) => void>();
  readonly #ended: Promise<never>;
  #lastId = 0;

  constructor() {
    this.#child = fork(program, { serialization: 'advanced' });
    this.#child.on('message', (news: LoadReply) => {
      if ('id' in news) {
        this.#waiting.get(news.id)?.(news);
        this.#waiting.delete(news.id);
      } else {
        this.received = news.received;
      }
    });
    this.#ended = new Promise((_, reject) => {
      this.#child.once('exit', (code, signal) => {
        reject(new Error(`A load process ended by itself (${signal ?? `code ${code}`}).`));
      });
    });
    this.#ended.catch(() => undefined);
  }

  ask(command: CommandBody): Promise<LoadReply> {
    const id = ++this.#lastId;
    const answer = new Promise<LoadReply>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ ...command, id });
    return Promise.race([answer, this.#ended]);
  }

  stop(): void {
    this.#child.disconnect();
  }
}

/** All load processes. Clients are assigned round robin and numbered in the order in which they were given. */
export class Load {
  readonly #processes: readonly LoadProcess[];
  #clients = 0;
  #events = 0;

  constructor(processes: number) {
    this.#processes = Array.from({ length: processes }, () => new LoadProcess());
  }

  /** How many events all clients have received since {@link begin}, with a delay of some milliseconds. */
  get received(): number {
    return this.#processes.reduce((sum, { received }) => sum + received, 0);
  }

  /** Opens clients; resolves when each has been answered or refused. */
  async connect({ clients, perSecond, ...order }: ConnectOrder): Promise<ConnectResult> {
    const shares = this.#processes.map((): ClientSpec[] => []);
    clients.forEach((client, index) => shares[(this.#clients + index) % shares.length]?.push(client));
    this.#clients += clients.length;
    const rate = perSecond === undefined ? {} : { perSecond: perSecond / shares.length };
    const answers = await this.#askAll((share) => ({ connect: { ...order, ...rate, clients: shares[share] ?? [] } }));
    const results = answers.flatMap((answer) => ('connected' in answer ? [answer.connected] : []));
    return {
      refusals: [...new Set(results.flatMap(({ refusals }) => refusals))],
      open: results.reduce((sum, { open }) => sum + open, 0),
      latencies: merged(results),
    };
  }

  /** Sets all counts to zero. */
  async begin(order: TallyOrder): Promise<void> {
    this.#events = order.events;
    await this.#askAll(() => ({ begin: order }));
    this.#processes.forEach((process) => {
      process.received = 0;
    });
  }

  /** What all clients have received since {@link begin}; row `n` of the bits belongs to client `n`. */
  async report(): Promise<TallyResult> {
    const answers = await this.#askAll(() => ({ report: true }));
    const results = answers.flatMap((answer) => ('tally' in answer ? [answer.tally] : []));
    const row = rowBytes(this.#events);
    const bits = new Uint8Array(this.#clients * row);
    for (let client = 0; client < this.#clients; client++) {
      const at = Math.floor(client / results.length) * row;
      const part = results[client % results.length]?.bits.subarray(at, at + row);
      bits.set(part ?? [], client * row);
    }
    const sum = (of: (result: TallyResult) => number): number =>
      results.reduce((total, result) => total + of(result), 0);
    return {
      received: sum(({ received }) => received),
      duplicates: sum(({ duplicates }) => duplicates),
      unexpected: results.flatMap(({ unexpected }) => unexpected),
      closed: sum(({ closed }) => closed),
      bits,
      latencies: merged(results),
    };
  }

  /** Closes all clients. */
  async disconnect(): Promise<void> {
    await this.#askAll(() => ({ disconnect: true }));
    this.#clients = 0;
  }

  /** Ends the processes. */
  stop(): void {
    this.#processes.forEach((process) => {
      process.stop();
    });
  }

  #askAll(command: (index: number) => CommandBody): Promise<LoadReply[]> {
    return Promise.all(this.#processes.map((process, index) => process.ask(command(index))));
  }
}

function merged(results: readonly { readonly latencies: Float64Array }[]): Float64Array {
  const histogram = new LatencyHistogram();
  results.forEach(({ latencies }) => {
    histogram.merge(latencies);
  });
  return histogram.counts;
}
