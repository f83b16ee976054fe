/** The accounts and lists of a case; known when the test runs. */
export interface Persons {
  /** The viewer's account. */
  readonly account: string;
  /** A list of the viewer. */
  readonly list: string;
  /** Another account, and a list of that account. */
  readonly otherAccount: string;
  readonly otherList: string;
}

/** A stream and its channels. */
export interface StreamCase {
  readonly stream: string;
  /** The scopes of the token. */
  readonly scopes: string;
  readonly params?: (persons: Persons) => Readonly<Record<string, string>>;
  /** The `stream` member of WebSocket frames. */
  readonly label: (persons: Persons) => readonly string[];
  /** The channels whose events it carries. */
  readonly fedBy: (persons: Persons) => readonly [string, ...string[]];
}

const alone = (stream: string) => () => [stream];

/** Every stream of the contract, each with its channels. */
export const streamCases: readonly StreamCase[] = [
  {
    stream: 'user',
    scopes: 'read',
    label: alone('user'),
    fedBy: ({ account }) => [`timeline:${account}`, `timeline:${account}:notifications`],
  },
  {
    stream: 'user',
    scopes: 'read:statuses read:notifications',
    label: alone('user'),
    fedBy: ({ account }) => [`timeline:${account}`, `timeline:${account}:notifications`],
  },
  {
    stream: 'user',
    scopes: 'read:statuses',
    label: alone('user'),
    fedBy: ({ account }) => [`timeline:${account}`],
  },
  {
    stream: 'user:notification',
    scopes: 'read:notifications',
    label: alone('user:notification'),
    fedBy: ({ account }) => [`timeline:${account}:notifications`],
  },
  ...['public', 'public:local', 'public:remote', 'public:media', 'public:local:media', 'public:remote:media'].map(
    (stream): StreamCase => ({
      stream,
      scopes: 'read:statuses',
      label: alone(stream),
      fedBy: () => [`timeline:${stream}`],
    }),
  ),
  {
    stream: 'hashtag',
    scopes: 'read',
    params: () => ({ tag: 'CaféBar' }),
    label: () => ['hashtag', 'CaféBar'],
    fedBy: () => ['timeline:hashtag:cafebar'],
  },
  {
    stream: 'hashtag:local',
    scopes: 'read:statuses',
    params: () => ({ tag: '#Katze' }),
    label: () => ['hashtag:local', '#Katze'],
    fedBy: () => ['timeline:hashtag:katze:local'],
  },
  {
    stream: 'list',
    scopes: 'read:statuses',
    params: ({ list }) => ({ list }),
    label: ({ list }) => ['list', list],
    fedBy: ({ list }) => [`timeline:list:${list}`],
  },
  {
    stream: 'direct',
    scopes: 'read',
    label: alone('direct'),
    fedBy: ({ account }) => [`timeline:direct:${account}`],
  },
];

/** Every channel with a name near the streams above. A stream must deliver its own channels only. */
export function allChannels({ account, list, otherAccount, otherList }: Persons): readonly string[] {
  return [
    ...[account, otherAccount].flatMap((id) => [
      `timeline:${id}`,
      `timeline:${id}:notifications`,
      `timeline:direct:${id}`,
    ]),
    ...[list, otherList].map((id) => `timeline:list:${id}`),
    ...['', ':local', ':remote'].flatMap((origin) => [`timeline:public${origin}`, `timeline:public${origin}:media`]),
    ...['cafebar', 'CaféBar', 'katze'].flatMap((tag) => [`timeline:hashtag:${tag}`, `timeline:hashtag:${tag}:local`]),
    'timeline:hashtag:',
    'timeline:*',
  ];
}

/**
 * A tag as a client writes it, and the end of the channel's name that the platform publishes it under. Vowel signs stay;
 * a sign that only takes a vowel away (`्`) is no letter to the platform, either.
 */
export const hashtagCases: readonly (readonly [tag: string, channel: string])[] = [
  ['Fediverse', 'fediverse'],
  ['#foo-bar!', 'foobar'],
  ['ＦＵＬＬ', 'full'],
  ['Łódź', 'lodz'],
  ['ÅNGSTRÖM', 'angstrom'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['हिन्दी', 'हिनदी'],
  ['বাংলা', 'বাংলা'],
  ['தமிழ்', 'தமிழ'],
  ['ភាសាខ្មែរ', 'ភាសាខមែរ'],
  ['ผู้หญิง', 'ผู้หญิง'],
  ['שָׁלוֹם', 'שָׁלוֹם'.normalize('NFKC')],
  ['عَرَبِيّ', 'عَرَبِيّ'.normalize('NFKC')],
  ['ハリー・ポッター', 'ハリー・ポッター'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['col·laborar', 'col·laborar'],
];

/** Values of `only_media`, and whether they select media only. */
export const onlyMediaCases: readonly (readonly [value: string, media: boolean])[] = [
  ...['false', '0', 'f', 'F', 'FALSE', 'off', 'OFF', ''].map((value) => [value, false] as const),
  ...['true', '1', 't', 'TRUE', 'on', 'False', 'Off', 'no', 'null', ' '].map((value) => [value, true] as const),
];

/** Scopes and the streams that they open. Each is tested with every stream. */
export const scopeCases: readonly { readonly scopes: string | null; readonly opens: readonly string[] }[] = [
  { scopes: 'read', opens: ['user', 'user:notification', 'public', 'hashtag', 'list', 'direct'] },
  { scopes: 'read:statuses', opens: ['user', 'public', 'hashtag', 'list', 'direct'] },
  { scopes: 'read:notifications', opens: ['user:notification'] },
  { scopes: 'write read:notifications follow', opens: ['user:notification'] },
  { scopes: 'profile  read:statuses', opens: ['user', 'public', 'hashtag', 'list', 'direct'] },
  { scopes: 'write', opens: [] },
  { scopes: 'read:lists read:accounts', opens: [] },
  { scopes: 'reader', opens: [] },
  { scopes: '', opens: [] },
  { scopes: null, opens: [] },
];
