import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Subscriptions } from './subscriptions.js';
import { SimulatedServer } from './testing/simulated-server.js';

/** Says whether a promise has settled by now. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false };
  void promise.then(() => {
    state.settled = true;
  });
  return state;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('Subscriptions', () => {
  let server: SimulatedServer;
  let subscriptions: Subscriptions;

  beforeEach(async () => {
    server = new SimulatedServer();
    subscriptions = new Subscriptions(server, 0);
    await subscriptions.connected();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends all channels that are added within one turn of the event loop in one command', async () => {
    const added = [subscriptions.add('a'), subscriptions.add('b'), subscriptions.add('c')];
    await server.settle();
    await Promise.all(added);
    expect(server.sent).toEqual(['subscribe a b c']);
  });

  it('collects changes during the pause after a command and sends them together', async () => {
    const restMs = 60;
    subscriptions = new Subscriptions(server, restMs);
    await subscriptions.connected();
    void subscriptions.add('a');
    await turn();
    const began = performance.now();
    void subscriptions.add('b');
    await turn();
    void subscriptions.add('c');
    void subscriptions.add('d');
    subscriptions.remove('d');
    expect(server.sent).toEqual(['subscribe a']);
    await vi.waitFor(() => {
      expect(server.sent.slice(1)).toEqual(['unsubscribe d', 'subscribe b c']);
    });
    expect(performance.now() - began).toBeGreaterThan(restMs / 2);
  });

  it('leaves no timer when it is closed', async () => {
    vi.useFakeTimers();
    subscriptions = new Subscriptions(server, 60);
    await subscriptions.connected();
    void subscriptions.add('a');
    subscriptions.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends at most 1,000 channels in one command', async () => {
    const added = Array.from({ length: 2_500 }, (_, index) => subscriptions.add(`channel ${index}`));
    await server.settle();
    await Promise.all(added);
    expect(server.sent).toEqual(['subscribe 1000 channels', 'subscribe 1000 channels', 'subscribe 500 channels']);
  });

  it('confirms a channel when the server confirms it, not when the command is sent', async () => {
    const added = watch(subscriptions.add('a'));
    await turn();
    expect([server.sent, added.settled]).toEqual([['subscribe a'], false]);
    server.step();
    await turn();
    expect(added.settled).toBe(true);
  });

  it('does not confirm a channel that was removed and added again by the answer to the first command', async () => {
    void subscriptions.add('a');
    await turn();
    subscriptions.remove('a');
    await turn();
    const again = watch(subscriptions.add('a'));
    await turn();
    expect(server.sent).toEqual(['subscribe a', 'unsubscribe a', 'subscribe a']);
    server.step();
    await turn();
    server.step();
    await turn();
    expect(again.settled).toBe(false);
    server.step();
    await turn();
    expect(again.settled).toBe(true);
  });

  it('confirms a channel at once that is confirmed already', async () => {
    const first = subscriptions.add('a');
    await server.settle();
    await first;
    await subscriptions.add('a');
    await turn();
    expect(server.sent).toEqual(['subscribe a']);
  });

  it('settles a channel that is removed before it is confirmed', async () => {
    const added = watch(subscriptions.add('a'));
    subscriptions.remove('a');
    await turn();
    expect(added.settled).toBe(true);
    await server.settle();
    expect(server.subscribed).toEqual(new Set());
  });

  it('subscribes to all channels again on a new connection, and confirms pending ones only then', async () => {
    const before = subscriptions.add('before');
    await server.settle();
    await before;
    const inFlight = watch(subscriptions.add('in flight'));
    await turn();
    server.lose();
    subscriptions.disconnected();
    const meanwhile = watch(subscriptions.add('meanwhile'));
    subscriptions.remove('before');
    await server.settle();
    expect([inFlight.settled, meanwhile.settled]).toEqual([false, false]);

    const complete = subscriptions.connected();
    await server.settle();
    expect(await complete).toBe(true);
    expect([inFlight.settled, meanwhile.settled]).toEqual([true, true]);
    expect(server.subscribed).toEqual(new Set(['in flight', 'meanwhile']));
    expect(server.sent.at(-1)).toBe('subscribe in flight meanwhile');
  });

  it('does not confirm a channel that is added again while the new connection subscribes to all', async () => {
    const before = subscriptions.add('a');
    await server.settle();
    await before;
    server.lose();
    subscriptions.disconnected();
    void subscriptions.connected();
    const again = watch(subscriptions.add('a'));
    await turn();
    expect(again.settled).toBe(false);
    await server.settle();
    expect(again.settled).toBe(true);
  });

  it('reports that the connection was lost before all channels were confirmed', async () => {
    void subscriptions.add('a');
    await server.settle();
    const first = subscriptions.connected();
    subscriptions.disconnected();
    server.step();
    expect(await first).toBe(false);
  });

  it('subscribes to all channels but the one that the server refuses', async () => {
    server.forbidden.add('channel 13');
    const added = Array.from({ length: 40 }, (_, index) => watch(subscriptions.add(`channel ${index}`)));
    await server.settle();
    expect(added.filter(({ settled }) => !settled)).toHaveLength(1);
    expect(server.subscribed.size).toBe(39);
    expect(server.refusals).toEqual(['channel 13']);
  });

  it('settles all pending channels when it is closed', async () => {
    const added = subscriptions.add('a');
    subscriptions.close();
    await expect(added).resolves.toBeUndefined();
    expect(subscriptions.channels.size).toBe(0);
  });

  it('reaches the state of the last calls, whatever order of calls, answers and lost connections', async () => {
    const channel = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), channel }),
      fc.record({ kind: fc.constant('remove' as const), channel }),
      fc.record({ kind: fc.constantFrom('turn' as const, 'answer' as const, 'lose' as const, 'connect' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const simulated = new SimulatedServer();
        const subject = new Subscriptions(simulated, 0);
        const wanted = new Set<string>();
        /** How often a channel was removed: a call that a removal settled confirms nothing. */
        const removals = new Map<string, number>();
        const unconfirmed: string[] = [];
        let connected = false;
        const waits: { settled: boolean }[] = [];
        for (const action of steps) {
          if (action.kind === 'add') {
            const { channel: name } = action;
            wanted.add(name);
            const removed = removals.get(name);
            const added = subject.add(name).then(() => {
              if (removed === removals.get(name) && connected && !simulated.subscribed.has(name)) {
                unconfirmed.push(name);
              }
            });
            waits.push(watch(added));
          } else if (action.kind === 'remove') {
            wanted.delete(action.channel);
            removals.set(action.channel, (removals.get(action.channel) ?? 0) + 1);
            subject.remove(action.channel);
          } else if (action.kind === 'lose' && connected) {
            connected = false;
            simulated.lose();
            subject.disconnected();
          } else if (action.kind === 'connect' && !connected) {
            connected = true;
            void subject.connected();
          } else if (action.kind === 'answer') {
            simulated.step();
            await turn();
          } else {
            await turn();
          }
        }
        if (!connected) {
          void subject.connected();
        }
        await simulated.settle();
        expect(simulated.subscribed).toEqual(wanted);
        expect(subject.channels).toEqual(wanted);
        expect(waits.every(({ settled }) => settled)).toBe(true);
        // The server executes and answers in one step here, so it must have each channel that is confirmed.
        expect(unconfirmed).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
