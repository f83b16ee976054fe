import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { audienceExpectations } from './audience.expectations.js';
import { authorizationExpectations } from './authorization.expectations.js';
import { deliveryExpectations } from './delivery.expectations.js';
import { observe, type Expectation, type Observation } from './expectation.js';
import { requestExpectations } from './requests.expectations.js';
import { serviceExpectations } from './service.expectations.js';
import { openFedistream, openReference, type Target } from './target.js';
import { webSocketExpectations } from './websocket.expectations.js';

const expectations = [
  ...requestExpectations,
  ...serviceExpectations,
  ...authorizationExpectations,
  ...deliveryExpectations,
  ...webSocketExpectations,
  ...audienceExpectations,
];

/** Expectations under way at once: most of the time of each is waiting for the server. */
const concurrency = 16;

/** The documented bytes end a client library: docs/differences.md has the reason. */
const deliberate = ['filters_changed on user (server-sent events)'];

const reports = join(import.meta.dirname, '..', '..', '..', '..', '.cache', 'differential');

/** All expectations, observed on a target, in their order. */
async function observeAll(target: Target): Promise<Observation[]> {
  const observations = new Map<Expectation, Observation>();
  const all = async (chosen: readonly Expectation[], atOnce: number) => {
    const limit = pLimit(atOnce);
    const see = async (one: Expectation) => observations.set(one, await observe(one, target));
    await Promise.all(chosen.map((one) => limit(() => see(one))));
  };
  await all(
    expectations.filter(({ endsMastodon }) => target.survives || !endsMastodon),
    concurrency,
  );
  await all(
    expectations.filter(({ endsMastodon }) => !target.survives && endsMastodon),
    1,
  );
  return expectations.map((one) => observations.get(one)!);
}

const violated = ({ expected, observed }: Observation) => {
  try {
    expect(observed).toEqual(expected);
    return false;
  } catch {
    return true;
  }
};

it('the expectations are as many as the documents have, each with a title of its own', () => {
  const mastodons = expectations.filter(({ source }) => source === 'Mastodon');
  expect(mastodons.length).toBeGreaterThanOrEqual(1_044);
  expect(new Set(expectations.map(({ title }) => title)).size).toBe(expectations.length);
});

describe('Fedistream does what Mastodon’s documentation says, and its own:', () => {
  let target: Target;
  let observations: Observation[];

  beforeAll(async () => {
    target = await openFedistream();
    observations = await observeAll(target);
  });

  afterAll(async () => {
    await target.stop();
  });

  it.each(expectations.map(({ title }, index) => [title, index] as const))('%s', (title, index) => {
    const { expected, observed } = observations[index]!;
    if (deliberate.includes(title)) {
      expect(observed).not.toEqual(expected);
    } else {
      expect(observed).toEqual(expected);
    }
  });
});

describe.runIf(process.env['REFERENCE_URL'] !== undefined)('the server at REFERENCE_URL', () => {
  it('is compared: .cache/differential/reference.json has what it does otherwise', async () => {
    const target = await openReference(process.env);
    const observations = await observeAll(target);
    await target.stop();
    const otherwise = observations.filter(violated).map(({ expectation: { title, source }, expected, observed }) => ({
      source,
      title,
      expected,
      observed,
    }));
    await mkdir(reports, { recursive: true });
    await writeFile(join(reports, 'reference.json'), `${JSON.stringify(otherwise, null, 2)}\n`);
    const count = (source: string, list: readonly { readonly source: string }[]) =>
      list.filter((one) => one.source === source).length;
    for (const source of ['Mastodon', 'Fedistream']) {
      process.stdout.write(
        `${source}: ${count(source, otherwise)} of ${count(source, expectations)} expectations are violated\n`,
      );
    }
  }, 600_000);
});
