import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudienceHarness, type Pipeline } from './testing/audience-harness.js';
import { emptyTables, referenceAudience, type AudienceTables } from './testing/index.js';
import { anyEvent, anyTables, listeners } from './testing/random-world.js';

Logger.overrideLogger(false);

type Event = { readonly name: string; readonly payload: unknown };

/** Waits for this many turns of the event loop. */
async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Makes look-ups slow or fail. A number stands for each look-up: modulo 4 the turns it takes; above 9 it fails, too. */
function makeUnreliable(harness: AudienceHarness, behaviours: readonly number[]): void {
  let next = 0;
  harness.store.beforeAnswering = async () => {
    const behaviour = behaviours[next++] ?? 0;
    await waitTurns(behaviour % 4);
    if (behaviour > 9) {
      throw new Error('the look-up failed');
    }
  };
}

/** Replaces the tables by `given`, but keeps the harness' own user and role. */
function fill(harness: AudienceHarness, given: Partial<AudienceTables>): void {
  const [staff] = harness.tables.users;
  const [staffRole] = harness.tables.roles;
  Object.assign(harness.tables, given, {
    users: [staff, ...(given.users ?? harness.tables.users.slice(1))],
    roles: [staffRole, ...(given.roles ?? harness.tables.roles.slice(1))],
  });
}

function expected(tables: AudienceTables, id: string, event: Event): string {
  const payload = referenceAudience(tables, 'live-feeds', id, event);
  return payload === undefined ? '' : JSON.stringify(payload);
}

function received(pipeline: Pipeline, id: string): string[] {
  return pipeline.receivedBy(id).map((payload) => JSON.stringify(payload));
}

const listenersWithoutRole = listeners.map((id) => ({
  id: `1${id}`,
  accountId: id,
  chosenLanguages: null,
  roleId: null,
}));

/** Changes of all tables but roles: the store reads roles after settings, in another statement, so both may differ in age. */
const anyChange = anyTables.map(({ users, ...change }) => {
  delete change.roles;
  return { ...change, ...(users && { users: users.map((user) => ({ ...user, roleId: null })) }) };
});

const behaviours = fc.array(fc.nat(11), { minLength: 1, maxLength: 40 });

describe('an audience', () => {
  it('gives each viewer the events that the reference audience gives, in order, with a slow and failing store', async () => {
    await fc.assert(
      fc.asyncProperty(anyTables, fc.array(anyEvent, { maxLength: 8 }), behaviours, async (tables, events, faults) => {
        const harness = new AudienceHarness({ maxRetryPauseMs: 1 });
        fill(harness, { users: listenersWithoutRole, ...tables });
        makeUnreliable(harness, faults);
        const pipeline = harness.pipeline(listeners);
        events.forEach(({ name, payload }) => {
          pipeline.publish(name, payload);
        });
        await pipeline.fence();
        for (const id of listeners) {
          const due = events.map((event) => expected(harness.tables, id, event)).filter((payload) => payload !== '');
          expect(received(pipeline, id)).toEqual(due);
        }
        pipeline.subscription.unsubscribe();
        expect(harness.statistics.waiting).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('decides by the tables at the time of publishing, or by newer ones', async () => {
    const step = fc.record({ change: fc.option(anyChange), event: anyEvent, pause: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), behaviours, async (steps, faults) => {
        const harness = new AudienceHarness({ maxRetryPauseMs: 1 });
        fill(harness, { users: listenersWithoutRole });
        makeUnreliable(harness, faults);
        const pipeline = harness.pipeline(listeners);
        const states: AudienceTables[] = [];
        for (const [number, { change, event, pause }] of steps.entries()) {
          if (change) {
            fill(harness, change);
            listeners.forEach((id) => {
              harness.audience.forget(id);
            });
          }
          states.push({ ...harness.tables });
          pipeline.publish(event.name, numbered(event, number).payload);
          await waitTurns(pause);
        }
        await pipeline.fence();
        for (const id of listeners) {
          const texts = received(pipeline, id);
          const numbers = texts.map(numberOf);
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
          steps.forEach(({ event }, number) => {
            const text = texts[numbers.indexOf(number)] ?? '';
            expect(possible(states.slice(number), id, numbered(event, number))).toContain(text);
          });
        }
        pipeline.subscription.unsubscribe();
      }),
      { numRuns: 150 },
    );
  });
});

/** The event with a number in its payload, by which the test recognises it. */
function numbered({ name, payload }: Event, number: number): Event {
  return { name, payload: typeof payload === 'string' ? `9${number}` : { ...(payload as object), number } };
}

function numberOf(text: string): number {
  return text.startsWith('"9') ? Number(text.slice(2, -1)) : (JSON.parse(text) as { number: number }).number;
}

/** All correct outcomes: visibility and filters are read one after the other, so each may come from another state. */
function possible(states: readonly AudienceTables[], id: string, event: Event): string[] {
  const seen = states.map((state) => expected(state, id, event) !== '');
  const users = listenersWithoutRole;
  const texts = states.map(({ filters }) => expected({ ...emptyTables(), users, filters }, id, event));
  return [...(seen.includes(true) ? texts : []), ...(seen.includes(false) ? [''] : [])];
}
