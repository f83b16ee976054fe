import { describe, expect, it } from 'vitest';

import { relatedViewer, viewer } from '../database/viewers.js';
import { audiencePlan } from './audience.js';
import { hashtagFewPlan, hashtagPlan } from './hashtag.js';
import { homePlan } from './home.js';
import { multiplexedPlan } from './multiplexed.js';
import { publicPlan } from './public.js';
import { range } from './range.js';

const population = { viewers: range(120).map(viewer), relatedViewers: range(120).map(relatedViewer) };
const plans = { publicPlan, homePlan, hashtagPlan, hashtagFewPlan, multiplexedPlan, audiencePlan };

describe.each(Object.entries(plans))('%s', (_, makePlan) => {
  const clients = 100;
  const plan = makePlan(population, clients);

  it('reaches every subscription within one cycle', () => {
    const reached = new Set(
      range(plan.cycle).flatMap((index) =>
        plan.due(index, true).map((client) => `${client} ${plan.event(index).channel}`),
      ),
    );
    expect(reached.size).toBe(plan.clients.flatMap(({ subscriptions }) => subscriptions).length);
  });

  it('publishes statuses of about 3 KB that are valid JSON', () => {
    for (const index of range(100)) {
      const { status } = plan.event(index);
      const payload = JSON.parse(`{"id":"${status.slice(0, -1)}`) as { visibility: string };
      expect(payload.visibility).toBe('public');
      expect(Buffer.byteLength(status)).toBeGreaterThan(2_000);
      expect(Buffer.byteLength(status)).toBeLessThan(5_000);
    }
  });
});

describe('the multiplexed plan', () => {
  it('publishes on home, public, local, hashtag and list channels of the clients that it lists as due', () => {
    const plan = multiplexedPlan(population, 40);
    for (const index of range(plan.cycle)) {
      const { channel } = plan.event(index);
      for (const client of plan.due(index, true)) {
        const { viewer: owner, subscriptions } = plan.clients[client]!;
        const own = [`timeline:${owner.accountId}`, `timeline:list:${subscriptions[4]!.list!}`, 'timeline:public'];
        own.push('timeline:public:local');
        expect(own.includes(channel) || channel.startsWith('timeline:hashtag:')).toBe(true);
      }
    }
  });
});

describe('the audience plan', () => {
  it('forbids something, and never everything', () => {
    const plan = audiencePlan(population, 60);
    const due = range(200).map((index) => plan.due(index, true).length);
    expect(Math.min(...due)).toBeGreaterThan(0);
    expect(Math.min(...due)).toBeLessThan(60);
    expect(plan.due(0, false)).toHaveLength(60);
  });
});
