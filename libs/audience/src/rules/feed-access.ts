import { parseDocument } from 'yaml';
import type { ClosedBy, RuleInput, Rule, RuleResult } from './rule.js';
import { visibleToAll } from './rule.js';

const settingNames = {
  'live-feeds': { local: 'local_live_feed_access', remote: 'remote_live_feed_access' },
  'topic-feeds': { local: 'local_topic_feed_access', remote: 'remote_topic_feed_access' },
} as const;

/** How many different texts are cached; Mastodon writes three. */
const maxCached = 100;
const cached = new Map<string, boolean>();

/**
 * Rule 2: only viewers whose role has `view_feeds` see a feed that administrators have closed. A status belongs to the
 * local or the remote half of a feed, and each half has its own setting.
 */
export const feedAccess: Rule = {
  name: 'feed access',
  evaluate({ closedBy, status, facts, mayViewClosedFeeds }: RuleInput): RuleResult | Promise<RuleResult> {
    if (
      closedBy === undefined ||
      !isClosed(facts.feedAccess, settingNames[closedBy][status.isLocal ? 'local' : 'remote'])
    ) {
      return visibleToAll;
    }
    return mayViewClosedFeeds().then((onlyFor) => ({ onlyFor }));
  },
};

/** Whether both halves of the feed are closed. Then events without a status, such as deletions, are restricted, too. */
export function isClosedAltogether(access: ReadonlyMap<string, string>, closedBy: ClosedBy): boolean {
  const { local, remote } = settingNames[closedBy];
  return isClosed(access, local) && isClosed(access, remote);
}

function isClosed(access: ReadonlyMap<string, string>, setting: string): boolean {
  const text = access.get(setting);
  if (text === undefined) {
    return false;
  }
  const known = cached.get(text);
  if (known !== undefined) {
    return known;
  }
  if (cached.size >= maxCached) {
    cached.clear();
  }
  const closed = meansDisabled(text);
  cached.set(text, closed);
  return closed;
}

/** The value is YAML as Ruby writes it: plain, quoted, or a symbol. YAML that cannot be parsed closes the feed. */
function meansDisabled(yaml: string): boolean {
  const document = parseDocument(yaml, { logLevel: 'silent' });
  if (document.errors.length > 0) {
    return true;
  }
  const value: unknown = document.toJS();
  return value === 'disabled' || value === ':disabled';
}
