import { grantsAny, parseScopes, StreamEvent, type Viewer } from '@fedistream/domain';
import type { StreamDefinition } from '../modules/stream-definition.js';
import { exampleRequests } from '../modules/start-module.js';
import type { StreamModule } from '../modules/stream-module.js';
import { openModule, type OpenedModule, type OpenModuleOptions } from './open-module.js';

/** One promise of the contract: a title for the test, and what it does. It throws when the promise is broken. */
export interface ContractTest {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** What the contract must know about a module. */
export interface ContractOptions extends OpenModuleOptions {
  /** A viewer who may have every stream of the module, with the examples of their parameters. */
  readonly viewer: Viewer;
}

/** Of more optional parameters than this, not every combination is tried. */
const mostOptional = 10;
const unseen = ['unlisted', 'private', 'direct'] as const;
const secret = 'the-text-of-a-post-that-the-viewer-must-not-see';
const blocked = { accounts: ['901'], domains: ['blocked.example'] } as const;

/**
 * What every module promises, for any test framework:
 *
 * ```ts
 * for (const { title, run } of moduleContract(drafts, { viewer: viewer() })) it(title, run);
 * ```
 */
export function moduleContract(module: StreamModule, options: ContractOptions): readonly ContractTest[] {
  const withModule =
    (run: (opened: OpenedModule) => Promise<void>, changes: OpenModuleOptions = {}) =>
    async () => {
      const opened = await openModule(module, { ...options, ...changes });
      try {
        await run(opened);
      } finally {
        await opened.close();
      }
    };
  return [
    { title: 'starts, with every stream, channel and provider', run: withModule(() => Promise.resolve()) },
    { title: 'refuses tokens without a scope of the stream', run: withModule((opened) => refusesScopes(opened)) },
    {
      title: 'lets nothing of a post that is not public out of a per-viewer stream',
      run: withModule((opened) => leaksNothing(opened, options.viewer, unseen.flatMap(disguises))),
    },
    {
      title: 'lets nothing of an account or a domain that the viewer has blocked out of a per-viewer stream',
      run: withModule((opened) => leaksNothing(opened, options.viewer, postsOfBlocked()), { blocked }),
    },
    {
      title: 'refuses, and does not fail, while what it injects cannot be asked',
      run: () => survives(module, options),
    },
    { title: 'gives different requests different labels', run: withModule((opened) => labelsDiffer(opened)) },
  ];
}

async function refusesScopes({ loaded, open }: OpenedModule): Promise<void> {
  for (const definition of loaded.definitions) {
    const viewer: Viewer = { accountId: '1', userId: '1', tokenId: '1', scopes: parseScopes('nothing:at:all') };
    check(!grantsAny(viewer.scopes, definition.scopes), `${nameOf(definition)} opens for the scope nothing:at:all`);
    for (const request of exampleRequests(definition)) {
      const opened = await open(request.name, { viewer, params: textsOf(definition) }).catch(() => undefined);
      check(opened === undefined, `${request.name} opened for a token without a scope of it`);
    }
  }
}

type Publication = readonly [event: string, payload: unknown];

async function leaksNothing(
  { loaded, open }: OpenedModule,
  viewer: Viewer,
  publications: readonly Publication[],
): Promise<void> {
  const perViewer = loaded.definitions.filter(({ declaration }) => declaration.audience === 'per-viewer');
  for (const definition of perViewer) {
    const stream = await open(nameOf(definition), { viewer, params: textsOf(definition) });
    for (const channel of stream.channels) {
      for (const [event, payload] of publications) {
        await stream.publish(channel, event, payload);
      }
    }
    const leaked = stream.received.find(({ payload }) => payload?.includes(secret));
    check(
      leaked === undefined,
      `${nameOf(definition)} delivered a post that its viewer must not see, as ${leaked?.event ?? ''}`,
    );
    stream.close();
  }
}

/** Public posts of a blocked account or domain, boosts and quotes of them, and a post that mentions the account. */
function postsOfBlocked(): readonly Publication[] {
  const by = (id: string, domain = 'mastodon.social', mentions: readonly object[] = []) => ({
    id: '1',
    visibility: 'public',
    account: { id, username: 'ada', acct: `ada@${domain}`, url: `https://${domain}/@ada` },
    content: secret,
    mentions,
    tags: [{ name: 'text' }, { name: 'cats' }],
  });
  const mentioning = by('900', undefined, [{ id: '901', username: 'bob', acct: 'bob' }]);
  const outer = { ...by('900'), content: '' };
  return [by('901'), by('900', 'blocked.example')].flatMap((status): Publication[] => [
    ['update', status],
    ['status.update', status],
    ['update', mentioning],
    ['update', { ...outer, reblog: status }],
    ['update', { ...outer, quote: { state: 'accepted', quoted_status: status } }],
  ]);
}

/** A post as it could arrive: as a status, within one, and under names that no one has declared. */
function disguises(visibility: string): readonly Publication[] {
  const account = { id: '900', username: 'ada', acct: 'ada@remote.example' };
  const status = {
    id: '1',
    visibility,
    account,
    content: secret,
    mentions: [],
    tags: [{ name: 'text' }, { name: 'cats' }],
  };
  const outer = { ...status, visibility: 'public', content: '' };
  const alone = [
    ['update', status],
    ['status.update', status],
  ] as const;
  // A boost of an unlisted post is public.
  if (visibility === 'unlisted') {
    return alone;
  }
  return [
    ...alone,
    ['update', { ...outer, reblog: status }],
    ['update', { ...outer, quote: { state: 'accepted', quoted_status: status } }],
    ['update', JSON.stringify(status)],
    ['notification', { id: '1', type: 'mention', account, status }],
    ['conversation', { id: '1', accounts: [account], last_status: status }],
    ['anything', status],
    ['anything', [status]],
    ['anything', { status }],
  ];
}

/** Every provider throws; every stream that asks one is refused, and none of them opens or hangs. */
async function survives(module: StreamModule, options: ContractOptions): Promise<void> {
  const opened = await openModule(module, options);
  try {
    for (const definition of opened.loaded.definitions) {
      const deps = Object.fromEntries(Object.keys(definition.deps).map((name) => [name, brokenDependency()]));
      const broken = Object.assign(Object.create(definition) as StreamDefinition, { deps });
      for (const { name, params } of exampleRequests(definition)) {
        const request = { definition: broken, name, params, label: [name] as const };
        const client = opened.bench.connect(options.viewer);
        const outcome = await opened.bench.gate.subscribe(client.connection, request).then(
          () => 'opened',
          (failure: unknown) => (failure as { status?: unknown }).status,
        );
        const asks = definition.declaration.authorize !== undefined && Object.keys(deps).length > 0;
        check(!asks || outcome !== 'opened', `${name} opened although what it injects failed`);
        check(
          outcome === 'opened' || typeof outcome === 'number',
          `${name} failed with something a client must not see`,
        );
        // A failure of the stream's own code stays with its events.
        for (const channel of opened.bench.broker.channels) {
          opened.bench.bus.publish(channel, StreamEvent.of('anything'));
        }
        client.connection.revoke();
      }
    }
  } finally {
    await opened.close();
  }
}

/** Throws whatever it is asked. */
function brokenDependency(): unknown {
  return new Proxy(() => undefined, {
    get: () => () => {
      throw new Error('the dependency is down');
    },
  });
}

function labelsDiffer({ loaded }: OpenedModule): Promise<void> {
  for (const definition of loaded.definitions) {
    const all = Object.entries(definition.declaration.params ?? {});
    const required = all.filter(([, { optional }]) => !optional);
    const optional = all.filter((entry) => !required.includes(entry)).slice(0, mostOptional);
    const labels = new Set<string>();
    for (let subset = 0; subset < 2 ** optional.length; subset++) {
      const given = [...required, ...optional.filter((_, index) => ((subset >> index) & 1) === 1)];
      const raw = Object.fromEntries(given.map(([name]) => [name, 'same']));
      labels.add(JSON.stringify(definition.label(nameOf(definition), raw)));
    }
    check(labels.size === 2 ** optional.length, `${nameOf(definition)} has one label for requests that differ`);
  }
  return Promise.resolve();
}

/** The examples of a stream's parameters, as a client would write them. */
function textsOf(definition: StreamDefinition): Record<string, string> {
  return Object.fromEntries(
    Object.entries(definition.declaration.params ?? {}).map(([name, { example }]) => [name, example]),
  );
}

function nameOf(definition: StreamDefinition): string {
  return definition.names[0] ?? '';
}

function check(holds: boolean, sentence: string): void {
  if (!holds) {
    throw new Error(sentence);
  }
}
