import { LatencyHistogram } from '../figures/latency-histogram.js';
import { micros } from '../figures/clock.js';
import { StampReader } from '../events/stamp.js';
import { LoadClient, type ClientListener } from './client.js';
import { Tally } from './tally.js';
import type { ConnectOrder, ConnectResult, LoadCommand, LoadReply } from './messages.js';

/*
 * The program of a load process: it owns sockets and counts what they receive. Its parent sends it commands;
 * it exits when the parent disconnects.
 */

const reportEveryMs = 25;
const openingAtOnce = 50;
/** What may arrive beside events: comments (`:)`, `:thump`) and, where an event is sent in two chunks, its first line. */
const expected = /^(?::|event: \w|data:|\s*$)/;

const stampReader = new StampReader();
let clients: LoadClient[] = [];
let tally = new Tally({ first: 0, events: 0 }, 0);
let reported = 0;

const listener: ClientListener = {
  onEvent(client, data, from, to) {
    if (stampReader.read(data, from, to)) {
      tally.add(client, stampReader.sequence, micros() - stampReader.sentAt);
      return;
    }
    const text = data.toString('utf8', from, to);
    if (!expected.test(text)) {
      tally.unexpectedText(text.slice(0, 200));
    }
  },
  onClosed() {
    tally.closed();
  },
};

async function open({ address, transport, clients: specs, perSecond }: ConnectOrder): Promise<ConnectResult> {
  const refusals = new Set<string>();
  const latencies = new LatencyHistogram();
  let opened = 0;
  const openOne = async (client: LoadClient): Promise<void> => {
    const began = micros();
    try {
      await client.open(address);
      latencies.record(micros() - began);
      opened++;
    } catch (error) {
      refusals.add((error as Error).message);
    }
  };
  const added = specs.map((spec, index) => new LoadClient(clients.length + index, spec, transport, listener));
  clients.push(...added);
  if (perSecond === undefined) {
    const waiting = added.values();
    const work = async (): Promise<void> => {
      for (const client of waiting) {
        await openOne(client);
      }
    };
    await Promise.all(Array.from({ length: openingAtOnce }, work));
  } else {
    const began = performance.now();
    await Promise.all(
      added.map(async (client, index) => {
        const dueInMs = began + (index * 1_000) / perSecond - performance.now();
        await new Promise((resolve) => setTimeout(resolve, dueInMs));
        await openOne(client);
      }),
    );
  }
  return { refusals: [...refusals], open: opened, latencies: latencies.counts };
}

async function handle(command: LoadCommand): Promise<void> {
  const { id } = command;
  if ('connect' in command) {
    send({ id, connected: await open(command.connect) });
  } else if ('begin' in command) {
    tally = new Tally(command.begin, clients.length);
    reported = 0;
    send({ id, done: true });
  } else if ('report' in command) {
    send({ id, tally: tally.result() });
  } else {
    clients.forEach((client) => {
      client.close();
    });
    clients = [];
    send({ id, done: true });
  }
}

function send(news: LoadReply): void {
  process.send?.(news);
}

process.on('message', (command: LoadCommand) => void handle(command));
process.on('disconnect', () => process.exit());
// Ctrl-C in a terminal reaches the whole group; the parent decides when a load process ends.
process.on('SIGINT', () => undefined);
setInterval(() => {
  if (tally.received !== reported) {
    reported = tally.received;
    send({ received: reported });
  }
}, reportEveryMs);
