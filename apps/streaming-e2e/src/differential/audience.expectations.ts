import { mentionOf, newId, statusBy, type Account, type Fixtures, type Viewer } from '../support/index.js';
import { arrivals, carriers, withStream } from './carriers.js';
import type { Expectation } from './expectation.js';
import { documentedStreams, labelOf, requestOf } from './streams.js';

/** The accounts of a rule; new ones each time. */
interface People {
  readonly viewer: Viewer;
  readonly author: Account;
  readonly remote: Account;
  readonly third: Account;
}

/** A rule by which a viewer receives a status, or not. */
interface Rule {
  readonly title: string;
  readonly source?: Expectation['source'];
  /** Makes rows; returns the filter results that the viewer receives. */
  readonly given?: (fixtures: Fixtures, people: People) => Promise<unknown>;
  /** Members of the status, which is by {@link People.author}, or by another account when they say so. */
  readonly status?: (people: People) => Readonly<Record<string, unknown>> & { readonly by?: Account };
  readonly languages?: readonly string[];
  readonly received: boolean;
}

const yesterday = () => new Date(Date.now() - 86_400_000);
const by = (account: Account) => ({ by: account });

const filterResult =
  (options: Parameters<Fixtures['filter']>[1], matches: readonly string[] | null) =>
  async (fixtures: Fixtures, { viewer }: People): Promise<unknown[]> => {
    const title = 'Ducks';
    const id = await fixtures.filter(viewer.account, { title, context: ['public', 'home'], ...options });
    const filter = {
      id,
      title,
      context: ['public', 'home'],
      expires_at: null,
      filter_action: options.action ?? 'warn',
    };
    return matches === null ? [] : [{ filter, keyword_matches: matches, status_matches: null }];
  };

const rules: readonly Rule[] = [
  { title: 'a public status is received', received: true },
  { title: 'a status by a remote account is received', status: ({ remote }) => by(remote), received: true },
  {
    title: 'a status by an account that the viewer blocks is not received',
    given: (fixtures, { viewer, author }) => fixtures.block(viewer.account, author),
    received: false,
  },
  {
    title: 'a status by an account that blocks the viewer is not received',
    given: (fixtures, { viewer, author }) => fixtures.block(author, viewer.account),
    received: false,
  },
  {
    title: 'a status by an account that the viewer mutes is not received',
    given: (fixtures, { viewer, author }) => fixtures.mute(viewer.account, author),
    received: false,
  },
  {
    title: 'a status by an account that mutes the viewer is received',
    given: (fixtures, { viewer, author }) => fixtures.mute(author, viewer.account),
    received: true,
  },
  {
    title: 'a status that mentions an account which the viewer blocks is not received',
    given: (fixtures, { viewer, third }) => fixtures.block(viewer.account, third),
    status: ({ third }) => ({ mentions: [mentionOf(third)] }),
    received: false,
  },
  {
    title: 'a status that mentions an account which the viewer mutes is not received',
    given: (fixtures, { viewer, third }) => fixtures.mute(viewer.account, third),
    status: ({ third }) => ({ mentions: [mentionOf(third)] }),
    received: false,
  },
  {
    title: 'a status that mentions an account which blocks the viewer is received',
    given: (fixtures, { viewer, third }) => fixtures.block(third, viewer.account),
    status: ({ third }) => ({ mentions: [mentionOf(third)] }),
    received: true,
  },
  {
    title: 'a status from a domain that the viewer blocks is not received',
    given: (fixtures, { viewer, remote }) => fixtures.blockDomain(viewer.account, String(remote.domain)),
    status: ({ remote }) => by(remote),
    received: false,
  },
  {
    title: 'a status from another domain is received',
    given: (fixtures, { viewer }) => fixtures.blockDomain(viewer.account, 'other.example'),
    status: ({ remote }) => by(remote),
    received: true,
  },
  { title: 'a status in a chosen language is received', languages: ['de', 'en'], received: true },
  { title: 'a status in a language that is not chosen is not received', languages: ['de'], received: false },
  {
    title: 'a status without language is not received by a viewer who has chosen languages',
    languages: ['en'],
    status: () => ({ language: null }),
    received: false,
  },
  {
    title: 'a keyword of a filter is reported, in any case',
    given: filterResult({ keywords: [{ keyword: 'duck' }] }, ['Duck']),
    status: () => ({ content: '<p>A Duck!</p>' }),
    received: true,
  },
  {
    title: 'a filter that hides is reported, and the client hides',
    given: filterResult({ keywords: [{ keyword: 'duck' }], action: 'hide' }, ['duck']),
    status: () => ({ content: '<p>duck</p>' }),
    received: true,
  },
  {
    title: 'a keyword as a whole word does not match a part of a word',
    given: filterResult({ keywords: [{ keyword: 'duck' }] }, null),
    status: () => ({ content: '<p>ducks</p>' }),
    received: true,
  },
  {
    title: 'a keyword as a part of a word matches there',
    given: filterResult({ keywords: [{ keyword: 'duck', wholeWord: false }] }, ['duck']),
    status: () => ({ content: '<p>ducks</p>' }),
    received: true,
  },
  {
    title: 'a keyword matches in the content warning',
    given: filterResult({ keywords: [{ keyword: 'duck' }] }, ['duck']),
    status: () => ({ spoiler_text: 'on duck' }),
    received: true,
  },
  {
    title: 'a keyword matches in an option of a poll',
    given: filterResult({ keywords: [{ keyword: 'duck' }] }, ['duck']),
    status: () => ({ poll: { id: '1', options: [{ title: 'goose' }, { title: 'duck' }] } }),
    received: true,
  },
  {
    title: 'a keyword matches in the description of an image',
    given: filterResult({ keywords: [{ keyword: 'duck' }] }, ['duck']),
    status: () => ({ media_attachments: [{ id: '1', description: 'a duck' }] }),
    received: true,
  },
  {
    title: 'a keyword matches across tags, and not in them',
    given: filterResult({ keywords: [{ keyword: 'rubber duck' }] }, ['rubber duck']),
    status: () => ({ content: '<p class="duck">rubber <b>du</b>ck</p>' }),
    received: true,
  },
  {
    title: 'an expired filter reports nothing',
    given: filterResult({ keywords: [{ keyword: 'duck' }], expiresAt: yesterday() }, null),
    status: () => ({ content: 'duck' }),
    received: true,
  },
  {
    title: 'a mute that has expired hides nothing',
    source: 'Fedistream',
    given: (fixtures, { viewer, author }) => fixtures.mute(viewer.account, author, yesterday()),
    received: true,
  },
  {
    title: 'a boost of a status by an account that the viewer blocks is not received',
    source: 'Fedistream',
    given: (fixtures, { viewer, third }) => fixtures.block(viewer.account, third),
    status: ({ third }) => ({ reblog: statusBy(third) }),
    received: false,
  },
  {
    title: 'a filter that blurs is reported',
    source: 'Fedistream',
    given: filterResult({ keywords: [{ keyword: 'duck' }], action: 'blur' }, ['duck']),
    status: () => ({ content: 'duck' }),
    received: true,
  },
  {
    title: 'a keyword is a whole word by the rules of Unicode',
    source: 'Fedistream',
    given: filterResult({ keywords: [{ keyword: 'утка' }] }, null),
    status: () => ({ content: 'об утках, а не об утката' }),
    received: true,
  },
  ...['unlisted', 'private', 'direct'].map((visibility): Rule => ({
    title: `a status of the visibility ${visibility} is not received`,
    source: 'Fedistream',
    status: () => ({ visibility }),
    received: false,
  })),
];

const streams = documentedStreams.filter(({ name }) => ['public', 'hashtag'].includes(name));

/** The expected receivers of statuses on public and hashtag streams. */
export const audienceExpectations: readonly Expectation[] = rules.flatMap((rule) =>
  streams.flatMap((stream) =>
    carriers.map((carrier): Expectation => ({
      title: `${rule.title}: ${stream.name} (${carrier.name})`,
      source: rule.source ?? 'Mastodon',
      expected: rule.received ? 'received' : 'not received',
      async observe(target) {
        const { fixtures } = target;
        const viewer = await fixtures.viewer({ chosenLanguages: rule.languages ?? null });
        const people: People = {
          viewer,
          author: await fixtures.account(),
          remote: await fixtures.account({ domain: `d${newId()}.example` }),
          third: await fixtures.account(),
        };
        const results = (await rule.given?.(fixtures, people)) ?? [];
        const { by: author = people.author, ...members } = rule.status?.(people) ?? {};
        const status = statusBy(author, members);
        const mark = status.id;
        const wanted = requestOf(stream, target, { token: viewer.token, tag: `Rule${mark}` });
        return withStream(target, carrier.connect(target, wanted), wanted.channel, async (client) => {
          const text = JSON.stringify({ event: 'update', payload: status });
          const arrived = await arrivals(target, client, wanted.channel, { text, mark });
          const payload = JSON.stringify({ ...status, filtered: results });
          const due = carrier.labelled
            ? JSON.stringify({ stream: labelOf(wanted), event: 'update', payload })
            : `event: update\ndata: ${payload}\n\n`;
          return arrived.length === 0 ? 'not received' : arrived[0] === due ? 'received' : arrived;
        });
      },
    })),
  ),
);
