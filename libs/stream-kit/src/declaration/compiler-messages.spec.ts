import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

const start = `import { channelFamily, channels, oneOf, optional, payload, recordId, stream } from '@fedistream/stream-kit';
interface Draft { readonly id: string; readonly kind: 'text' | 'poll' }
const events = { draft: payload<Draft>(), unread: payload<{ count: number }>() };
const draftChannel = channelFamily('timeline:draft:{draft}', events);
declare class DraftAccess { mayEdit(account: string, draft: string): Promise<boolean>; unread(account: string): Promise<number> }
export const drafts = `;

/** A stream with everything in it that can be written wrong. */
const declaration = `stream({
  name: 'drafts:sync',
  scopes: ['read', 'write:statuses'],
  audience: 'chosen-by-publisher',
  params: { draft: recordId(), kind: optional(oneOf('text', 'poll')) },
  events,
  inject: { access: DraftAccess },
  authorize: ({ viewer, params, deps }) => deps.access.mayEdit(viewer.accountId, params.draft),
  channels: ({ params }) => [draftChannel(params.draft)],
  accepts: (event, { params }) => event.name !== 'draft' || params.kind === undefined || event.payload.kind === params.kind,
  snapshot: async ({ viewer, deps, event }) => [event('unread', { count: await deps.access.unread(viewer.accountId) })],
});
`;

interface AuthorsMistake {
  readonly mistake: string;
  readonly from: string;
  readonly to: string;
  /** What the first message must name. */
  readonly says: string;
  /** How many other messages follow from it, a line each: uses of what is not declared, or not inferred, any more. */
  readonly following?: number;
}

/** Each mistake as an author would make it: what is replaced by what. */
const mistakes: readonly AuthorsMistake[] = [
  { mistake: 'a misspelt member', from: 'authorize:', to: 'authorise:', says: "'authorise' does not exist" },
  { mistake: 'misspelt scopes', from: 'scopes:', to: 'scope:', says: "Did you mean to write 'scopes'?" },
  {
    mistake: 'a misspelt audience member',
    from: 'audience:',
    to: 'audiance:',
    says: "Did you mean to write 'audience'?",
  },
  { mistake: 'misspelt channels', from: 'channels:', to: 'chanels:', says: "Did you mean to write 'channels'?" },
  { mistake: 'misspelt params', from: 'params:', to: 'param:', says: "Did you mean to write 'params'?", following: 4 },
  {
    mistake: 'misspelt events',
    from: 'events,',
    to: 'event: events,',
    says: "Did you mean to write 'events'?",
    following: 3,
  },
  { mistake: 'an unknown parameter', from: 'params.draft)]', to: 'params.drafd)]', says: "'drafd'" },
  {
    mistake: 'an optional parameter used as a required one',
    from: '(params.draft)]',
    to: '(params.kind)]',
    says: 'undefined',
  },
  { mistake: 'a payload field that is not there', from: 'event.payload.kind', to: 'event.payload.knd', says: "'knd'" },
  { mistake: 'a payload of the wrong form', from: '{ count: await', to: '{ cuont: await', says: "'cuont'" },
  { mistake: 'an event that is not declared', from: "event('unread'", to: "event('unraed'", says: '"unraed"' },
  {
    mistake: 'a provider that is not injected',
    from: 'deps.access.mayEdit',
    to: 'deps.acces.mayEdit',
    says: "'acces'",
  },
  { mistake: 'no scopes', from: "scopes: ['read', 'write:statuses'],", to: '', says: "'scopes'" },
  { mistake: 'an empty list of scopes', from: "['read', 'write:statuses']", to: '[]', says: "'[]'" },
  { mistake: 'no audience', from: "audience: 'chosen-by-publisher',", to: '', says: "'audience'" },
  {
    mistake: 'a misspelt audience',
    from: "'chosen-by-publisher'",
    to: "'chosen-by-publishers'",
    says: '\'"chosen-by-publishers"\'',
  },
  {
    mistake: 'a misspelt channel',
    from: '[draftChannel(params.draft)]',
    to: "['timelin:draft:1']",
    says: "'ChannelOf'",
  },
  {
    mistake: 'too few parts of a channel',
    from: 'draftChannel(params.draft)',
    to: 'draftChannel()',
    says: 'Expected 1 arguments',
  },
  {
    mistake: 'a feed setting where the publisher has chosen the audience',
    from: 'events,',
    to: "events, closedBy: 'live-feeds',",
    says: 'no setting closes a stream whose audience the publisher has chosen',
  },
  {
    mistake: 'operators over time on a per-viewer stream',
    from: "'chosen-by-publisher',",
    to: "'per-viewer', select: (events: unknown) => events,",
    says: 'a per-viewer stream has accepts, acceptsFor and map',
  },
];

const modules = `import { stream, streamModule } from '@fedistream/stream-kit';
import { channelFamily, channels, payload, StreamPublisher } from '@fedistream/publisher';
declare class Settings { constructor(url: string) }
const homes = stream({ name: 'x', scopes: ['read'], audience: 'chosen-by-publisher', channels: () => [channels.public()] });
const draftChannel = channelFamily('timeline:draft:{draft}', { draft: payload<{ readonly id: string }>() });
export default streamModule({
  name: 'drafts',
  owner: 'team-drafts',
  kit: '^1',
  settings: (environment) => ({ url: environment['URL'] ?? '' }),
  providers: (given) => [{ provide: 'url', useValue: given.url }],
  streams: [homes],
});
export const publish = (publisher: StreamPublisher) => publisher.publish(draftChannel('42'), 'draft', { id: '42' });
`;

/** The same for a module and for a publisher. */
const mistakesOfModules: readonly AuthorsMistake[] = [
  { mistake: 'a module without an owner', from: "owner: 'team-drafts',", to: '', says: "'owner'", following: 1 },
  { mistake: 'a module without a range of the kit', from: "kit: '^1',", to: '', says: "'kit'", following: 1 },
  {
    mistake: 'a misspelt member of a module',
    from: 'streams:',
    to: 'stream:',
    says: "'stream' does not exist",
    following: 1,
  },
  { mistake: 'a setting that is not read', from: 'given.url', to: 'given.uri', says: "'uri'" },
  { mistake: 'a stream that is none', from: '[homes]', to: '[draftChannel]', says: 'AnyStream', following: 1 },
  {
    mistake: 'a misspelt channel of a publisher',
    from: "draftChannel('42')",
    to: "'timelin:draft:42'",
    says: 'ChannelOf',
  },
  { mistake: 'a misspelt event of a publisher', from: "'draft',", to: "'drafd',", says: '"drafd"' },
  { mistake: 'a wrong payload of a publisher', from: "{ id: '42' }", to: '{ id: 42 }', says: "'string'" },
];

/** What the compiler says about the texts, each seen as a file of the kit. */
function diagnose(texts: readonly string[]): string[][] {
  const configFile = resolve(workspace, 'tsconfig.lint.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, workspace);
  const files = new Map(texts.map((text, index) => [resolve(workspace, `libs/streams/src/typed-${index}.ts`), text]));
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || ts.sys.fileExists(path);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((path) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

const all = [
  ...mistakes.map((mistake) => ({ ...mistake, text: start + declaration })),
  ...mistakesOfModules.map((mistake) => ({ ...mistake, text: modules })),
];

describe('the compiler', () => {
  const [right, alsoRight, ...wrong] = diagnose([
    start + declaration,
    modules,
    ...all.map(({ text, from, to }) => text.replace(from, to)),
  ]);

  it('has nothing to say about a stream, a module and a publisher that are right', () => {
    expect([right, alsoRight]).toEqual([[], []]);
  });

  it.each(all.map((mistake, index) => ({ ...mistake, messages: wrong[index] ?? [] })))(
    'tells $mistake in one or two lines',
    ({ messages, says, following = 0 }) => {
      const named = messages.find((message) => message.includes(says));
      expect(named, messages.join('\n')).toBeDefined();
      expect(named?.split('\n').length).toBeLessThanOrEqual(2);
      // A function under a name that is not known has parameters of no type.
      const others = messages.filter(
        (message) => message !== named && !message.includes("implicitly has an 'any' type"),
      );
      expect(others).toHaveLength(following);
      expect(others.filter((message) => message.includes('\n'))).toEqual([]);
    },
  );
}, 120_000);
