import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputBudget } from '../connections/input-budget.js';
import { handleOneRequestAtATime } from './pipelining.js';

let server: Server;
let client: Socket;
let received: string;
const excess = vi.fn();
const delayed = vi.fn();
/** How many requests of a connection are within its budget; the others wait 20 ms each. */
let allowed: number | undefined;
/** The requests that are being handled. */
let handling: { readonly path: string; readonly response: ServerResponse }[];

beforeEach(async () => {
  handling = [];
  received = '';
  excess.mockClear();
  delayed.mockClear();
  allowed = undefined;
  server = createServer((request, response) => {
    handling.push({ path: request.url ?? '', response });
  });
  handleOneRequestAtATime(server, {
    budgetOf: () => {
      if (allowed === undefined) {
        return undefined;
      }
      const budget = new InputBudget(1);
      let left = allowed;
      vi.spyOn(budget, 'spend').mockImplementation(() => (left-- > 0 ? 0 : 20));
      return budget;
    },
    onDelay: delayed,
    onExcess: excess,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('data', (data) => (received += data.toString()));
  client.on('error', () => undefined);
});

afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

const send = (...paths: readonly string[]) =>
  client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''));
const paths = () => handling.map(({ path }) => path);

describe('pipelined requests', () => {
  it('are handled one after the other, in their order', async () => {
    send('/1', '/2', '/3');
    for (const count of [1, 2, 3]) {
      await vi.waitUntil(() => handling.length === count, { timeout: 10_000 });
      await new Promise(setImmediate);
      expect(paths()).toEqual(['/1', '/2', '/3'].slice(0, count));
      handling[count - 1]!.response.end(`answer ${count}`);
    }
    await vi.waitUntil(() => received.includes('answer 3'), { timeout: 10_000 });
    expect(received.match(/answer \d/g)).toEqual(['answer 1', 'answer 2', 'answer 3']);
    expect(excess).not.toHaveBeenCalled();
  });

  it('end their connection when more than 32 wait, and none of these is handled', async () => {
    send('/first', ...Array.from({ length: 1_000 }, (_, number) => `/${number}`));
    await once(client, 'close');
    expect(paths()).toEqual(['/first']);
    expect(excess).toHaveBeenCalledOnce();
  });

  it('are dropped when the client leaves', async () => {
    send('/1', '/2');
    await vi.waitUntil(() => handling.length === 1, { timeout: 10_000 });
    client.destroy();
    await once(handling[0]!.response, 'close');
    await new Promise(setImmediate);
    expect(paths()).toEqual(['/1']);
  });

  it('are handled more slowly on a connection that has used up its budget, each of them', async () => {
    const budget = 5;
    allowed = budget;
    for (let number = 0; number <= budget + 1; number++) {
      send(`/${number}`);
      await vi.waitUntil(() => handling.length === number + 1, { interval: 1, timeout: 10_000 });
      handling[number]!.response.end('answer');
      // The first request needs no budget.
      expect(delayed.mock.calls.length > 0).toBe(number > budget);
      await vi.waitUntil(() => received.match(/answer/g)?.length === number + 1, { interval: 1, timeout: 10_000 });
    }
    expect(delayed.mock.lastCall).toEqual(['127.0.0.1']);
    expect(excess).not.toHaveBeenCalled();
  });

  it('have a budget also when they come pipelined', async () => {
    allowed = 5;
    send(...Array.from({ length: 12 }, (_, number) => `/${number}`));
    for (let number = 0; number < 12; number++) {
      await vi.waitUntil(() => handling.length === number + 1, { interval: 1, timeout: 10_000 });
      handling[number]!.response.end();
    }
    expect(delayed).toHaveBeenCalledTimes(6);
  });

  it('are not limited on a connection that waits for each answer', async () => {
    for (let number = 0; number < 100; number++) {
      send(`/${number}`);
      await vi.waitUntil(() => handling.length === number + 1, { interval: 1, timeout: 10_000 });
      handling[number]!.response.end();
    }
    expect(excess).not.toHaveBeenCalled();
  });
});
