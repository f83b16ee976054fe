import 'reflect-metadata';
import { Roles } from '@fedistream/auth';
import { Global, Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  channelFamily,
  channels,
  param,
  stream,
  streamModule,
  StreamingError,
  type StreamModule,
  type StreamModuleOptions,
} from '../index.js';
import { rolesOf } from '../testing/roles-of.js';
import { loadModules, type LoadOptions } from './load-modules.js';
import type { ModuleSource } from './module-problem.js';

/** What happened, in order. */
let happened: string[];
beforeEach(() => {
  happened = [];
});

const plain = stream({
  name: 'x',
  scopes: ['read'],
  audience: 'chosen-by-publisher',
  channels: () => [channels.public()],
});
const named = (name: string) =>
  stream({ name, scopes: ['read'], audience: 'chosen-by-publisher', channels: () => [channels.public()] });
const moduleOf = <S = unknown>(changes: Partial<StreamModuleOptions<S>> = {}): StreamModule =>
  streamModule<S>({ name: 'team', owner: 'team-test', kit: '^1', streams: [plain], ...changes });
const sourceOf = (exported: unknown, name = '@acme/streams'): ModuleSource => ({
  package: name,
  version: '2.3.4',
  load: () => (exported instanceof Error ? Promise.reject(exported) : Promise.resolve({ default: exported })),
});
const load = (sources: readonly ModuleSource[], changes: Partial<LoadOptions> = {}) =>
  loadModules(sources, {
    environment: {},
    ports: new Map<never, unknown>([[Roles as never, rolesOf()]]),
    onFailure: 'stop',
    start: (module: DynamicModule) =>
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and takes literals
      NestFactory.createApplicationContext(module, { abortOnError: false, logger: false }),
    ...changes,
  });
const problemsOf = async (...modules: readonly unknown[]) => {
  const failure = await load(modules.map((module, index) => sourceOf(module, `@acme/m${index}`))).then(
    () => expect.fail('it started'),
    (error: unknown) => error as Error,
  );
  return failure.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
};

@Injectable()
class Access {
  constructor(private readonly roles: Roles) {}
  readonly hasRoles = () => this.roles instanceof Roles;
  onModuleInit() {
    happened.push('init');
  }
  onApplicationShutdown() {
    happened.push('shutdown');
  }
}

@Module({ providers: [Access], exports: [Access] })
class AccessModule {}

@Global()
@Module({ providers: [Access], exports: [Access] })
class GreedyModule {}

@Injectable()
class Unresolved {
  constructor(@Inject('A') readonly a: unknown) {}
}

const withParam = (options: Parameters<typeof param>[0]) =>
  stream({
    name: 'x',
    scopes: ['read'],
    audience: 'chosen-by-publisher',
    params: { q: param(options) },
    channels: () => [channels.public()],
  });
const failing = () => {
  throw new Error('no such word');
};
const refusing = (_: string, name: string) => {
  throw new StreamingError('invalidParameter', `Invalid ${name} parameter`);
};

const injecting = (name = 'y') =>
  stream({
    name,
    scopes: ['read'],
    audience: 'chosen-by-publisher',
    inject: { access: Access },
    channels: () => [channels.public()],
  });

describe('a module', () => {
  it('brings its own providers, which may inject what the server offers, and their lifecycle hooks', async () => {
    const { definitions, contexts } = await load([
      sourceOf(moduleOf({ imports: [AccessModule], streams: [injecting()] })),
    ]);
    expect((definitions[0]?.deps['access'] as Access).hasRoles()).toBe(true);
    expect(happened).toEqual(['init']);
    await Promise.all(contexts.map((context) => context.close()));
    expect(happened).toEqual(['init', 'shutdown']);
  });

  it('may inject what the server offers by the classes of a copy of the kit of its own', async () => {
    class OtherRoles {
      readonly copy = 2;
    }
    @Injectable()
    class Asking {
      constructor(@Inject(OtherRoles) readonly roles: unknown) {}
    }
    const reports = stream({
      name: 'y',
      scopes: ['read'],
      audience: 'chosen-by-publisher',
      inject: { roles: OtherRoles, asking: Asking },
      channels: () => [channels.public()],
    });
    const module = { ...moduleOf({ providers: [Asking], streams: [reports] }), ports: { Roles: OtherRoles } };
    const { definitions } = await load([sourceOf(module)]);
    const { roles, asking } = definitions[0]?.deps ?? {};
    expect(roles).toBeInstanceOf(Roles);
    expect((asking as Asking).roles).toBe(roles);
  });

  it('gives its imports the settings that it has read', async () => {
    const module = moduleOf({
      settings: ({ ACCESS: access }) => ({ access }),
      providers: ({ access }) => [{ provide: Access, useValue: access }],
      streams: [injecting()],
    });
    const { definitions } = await load([sourceOf(module)], { environment: { ACCESS: 'granted' } });
    expect(definitions[0]?.deps).toEqual({ access: 'granted' });
  });

  it('cannot inject what another one exports, not even globally', async () => {
    const lines = await problemsOf(
      moduleOf({ name: 'greedy', imports: [GreedyModule], streams: [injecting('y')] }),
      moduleOf({ name: 'other', streams: [injecting('z')] }),
    );
    expect(lines).toEqual([
      expect.stringMatching(
        /^@acme\/m1 2\.3\.4 \(.*load-modules\.spec\.ts:\d+\): stream "z" injects Access as "access", which module "other" does not provide; add Access to providers, or the Nest module that exports it to imports, of streamModule\(\{ name: 'other' \}\)$/,
      ),
    ]);
  });
});

describe('a module that cannot start is reported with package, version, file and what to do', () => {
  it.each<{ readonly when: string; readonly module: () => unknown; readonly says: RegExp }>([
    {
      when: 'its package cannot be resolved',
      module: () => new Error("Cannot find package '@acme/m0'"),
      says: /^@acme\/m0 2\.3\.4: it cannot be loaded: Cannot find package '@acme\/m0'; install it beside the server, or take "@acme\/m0" out of STREAM_MODULES$/,
    },
    {
      when: 'its default export is no module',
      module: () => ({}),
      says: /its default export is no stream module; write export default streamModule/,
    },
    {
      when: 'it is built for another kit',
      module: () => moduleOf({ kit: '^2' }),
      says: /\(.*spec\.ts:\d+\): it is written for version \^2 of the kit, and this server has 1\.\d+\.\d+; install a version of @acme\/m0 that is built for kit 1/,
    },
    {
      when: 'it names no kit',
      module: () => moduleOf({ kit: undefined as never }),
      says: /kit undefined is no range of versions; write kit: '\^1'/,
    },
    { when: 'it has no owner', module: () => moduleOf({ owner: '' }), says: /owner does not name a team/ },
    {
      when: 'it has no streams',
      module: () => moduleOf({ streams: [] }),
      says: /it has no streams; list at least one/,
    },
    {
      when: 'a member is misspelt',
      module: () => moduleOf({ stream: [] } as never),
      says: /there is no "stream" in a module/,
    },
    {
      when: 'a declaration is wrong',
      module: () => moduleOf({ streams: [stream({ name: 'x', audience: 'per-viewer', channels: () => [] } as never)] }),
      says: /spec\.ts:\d+\): stream "x": scopes must name at least one OAuth scope; correct the declaration/,
    },
    {
      when: 'a channel belongs to no family',
      module: () =>
        moduleOf({ streams: [stream({ ...plain.declaration, channels: () => ['timelin:boom'] } as never)] }),
      says: /stream "x" failed in channels\(\) with the parameters \{\}: no channel family claims "timelin:boom"/,
    },
    {
      when: 'a parameter fails for its own example',
      module: () => moduleOf({ streams: [withParam({ parse: failing, example: 'x' })] }),
      says: /spec\.ts:\d+\): stream "x": params\.q does not read its own example "x": no such word; correct the declaration/,
    },
    {
      when: 'a parameter refuses its own example',
      module: () => moduleOf({ streams: [withParam({ parse: refusing, example: 'x' })] }),
      says: /stream "x": params\.q does not read its own example "x": Invalid q parameter; correct the declaration/,
    },
    {
      when: 'a parameter has no example',
      module: () => moduleOf({ streams: [withParam({ parse: (text: string) => text } as never)] }),
      says: /stream "x": params\.q must have an example, a text as a client could write it; correct the declaration/,
    },
    {
      when: 'its settings are not valid',
      module: () =>
        moduleOf({
          settings: () => {
            throw new Error('DRAFTS_URL must be a URL');
          },
        }),
      says: /its settings are not valid: DRAFTS_URL must be a URL; correct the environment/,
    },
    {
      when: 'its settings are a promise',
      module: () => moduleOf({ settings: () => Promise.reject(new Error('late')) }),
      says: /its settings are not valid: settings must return a value, not a promise; correct the environment/,
    },
    {
      when: 'its imports are a promise',
      module: () => moduleOf({ imports: (() => Promise.reject(new Error('late'))) as never }),
      says: /module "team" failed to start: imports must be a list, not a promise/,
    },
    {
      when: 'streams lists what is no stream',
      module: () => moduleOf({ streams: [{} as never] }),
      says: /streams lists something that stream\(\) has not made; list what stream\(\{ \.\.\. \}\) returns/,
    },
    {
      when: 'it is without streams',
      module: () => moduleOf({ streams: undefined as never }),
      says: /it has no streams/,
    },
    {
      when: 'families is no list of families',
      module: () => moduleOf({ families: 'timeline:x' as never }),
      says: /families lists something that channelFamily\(\) has not made/,
    },
    {
      when: 'it cannot be examined',
      module: () =>
        Object.defineProperty({ ...moduleOf() }, 'owner', {
          enumerable: true,
          get: () => {
            throw new Error('no owner today');
          },
        }),
      says: /it cannot be examined: no owner today/,
    },
    {
      when: 'a provider lacks one of its own',
      module: () => moduleOf({ providers: [Unresolved] }),
      says: /Unresolved needs A, which module "team" does not provide; add it to providers, or the Nest module/,
    },
    {
      when: 'a provider fails',
      module: () =>
        moduleOf({
          providers: [{ provide: 'db', useFactory: () => Promise.reject(new Error('connect ECONNREFUSED')) }],
        }),
      says: /module "team" failed to start: connect ECONNREFUSED; correct it, or leave it out/,
    },
  ])('when $when', async ({ module, says }) => {
    expect(await problemsOf(module())).toEqual([expect.stringMatching(says)]);
  });

  it('when its package does not finish loading', async () => {
    vi.useFakeTimers();
    const never = { ...sourceOf(undefined), load: () => new Promise<never>(() => undefined) };
    const loading = load([never, sourceOf(moduleOf(), 'good')], { onFailure: 'leave-out' });
    await vi.advanceTimersByTimeAsync(30_000);
    const { definitions, problems } = await loading;
    vi.useRealTimers();
    expect(definitions).toHaveLength(1);
    expect(problems.map(({ what }) => what)).toEqual(['it cannot be loaded: no answer within 30000 ms']);
  });

  it('when two claim one name, or one channel', async () => {
    const family = (template: string) => channelFamily(template, {});
    expect(
      await problemsOf(
        moduleOf({ name: 'one', families: [family('timeline:team:{id}')] }),
        moduleOf({
          name: 'two',
          families: [
            family('timeline:team:new'),
            family('timeline:{account}'),
            family('timeline:system:stream:{name}'),
          ],
        }),
        moduleOf({ name: 'one', streams: [named('z')] }),
      ),
    ).toEqual([
      expect.stringContaining('@acme/m1 2.3.4'),
      expect.stringContaining('module "one" is there already, from @acme/m0'),
      expect.stringContaining('channels timeline:team:new and timeline:team:{id} of module "one" can have one name'),
      expect.stringContaining('channels timeline:{account} and timeline:{account} of Mastodon can have one name'),
      expect.stringContaining('channels timeline:system:stream:{name} are those of control events'),
    ]);
  });

  it('together with all others', async () => {
    expect(
      await problemsOf({}, moduleOf({ kit: '^2' }), new Error('gone'), moduleOf({ owner: '', streams: [] })),
    ).toHaveLength(5);
  });
});

describe('a start in which modules may be left out', () => {
  it('continues with the others, and ends what has begun of those that are left out', async () => {
    const { definitions, problems } = await load(
      [
        sourceOf(moduleOf({ name: 'good', streams: [named('good')] }), 'good'),
        sourceOf(
          moduleOf({
            name: 'bad',
            imports: [AccessModule],
            streams: [injecting(), stream({ ...plain.declaration, channels: () => [] } as never)],
          }),
          'bad',
        ),
      ],
      { onFailure: 'leave-out' },
    );
    expect(definitions.map(({ names }) => names)).toEqual([['good']]);
    expect(problems.map(({ source }) => source.package)).toEqual(['bad']);
    expect(happened).toEqual(['init', 'shutdown']);
  });

  it('leaves out modules of any form', async () => {
    const malformed = [{ streams: [{}] }, { streams: undefined }, { families: [{}] }, { families: 7 }, { name: 7 }];
    const { definitions, problems } = await load(
      [
        ...malformed.map((changes, index) => sourceOf({ ...moduleOf(), ...changes }, `bad${index}`)),
        sourceOf(moduleOf(), 'good'),
      ],
      { onFailure: 'leave-out' },
    );
    expect(definitions).toHaveLength(1);
    expect(new Set(problems.map(({ source }) => source.package))).toEqual(new Set(malformed.map((_, i) => `bad${i}`)));
  });

  it('ends all that has begun when it may not', async () => {
    await problemsOf(moduleOf({ imports: [AccessModule], streams: [injecting()] }), {});
    expect(happened).toEqual(['init', 'shutdown']);
  });
});
