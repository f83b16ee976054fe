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

/** Each mistake as an author would make it: what is replaced by what, and what the message must name. */
const mistakes = [
  { mistake: 'a misspelt member', from: 'authorize:', to: 'authorise:', says: "'authorise' does not exist" },
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

describe('the compiler', () => {
  const [right, ...wrong] = diagnose([
    start + declaration,
    ...mistakes.map(({ from, to }) => start + declaration.replace(from, to)),
  ]);

  it('has nothing to say about a stream that is right', () => {
    expect(right).toEqual([]);
  });

  it.each(mistakes.map((mistake, index) => ({ ...mistake, messages: wrong[index] ?? [] })))(
    'tells $mistake first, in one or two lines',
    ({ messages, says }) => {
      expect(messages[0]).toContain(says);
      expect(messages[0]?.split('\n').length).toBeLessThanOrEqual(2);
      // A function under a name that is not known has parameters of no type.
      expect(messages.slice(1).filter((message) => !message.includes("implicitly has an 'any' type"))).toEqual([]);
    },
  );
}, 120_000);
