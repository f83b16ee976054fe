import { parseDocument } from 'yaml';
import type { ClosedBy, RuleInput, Rule, RuleResult } from './rule.js';
import { visibleToAll } from './rule.js';

const settingsOf = {
  'live-feeds': { local: 'local_live_feed_access', remote: 'remote_live_feed_access' },
  'topic-feeds': { local: 'local_topic_feed_access', remote: 'remote_topic_feed_access' },
} as const;

/** How many different texts are remembered; there are three in use. */
const rememberedAtMost = 100;
const remembered = new Map<string, boolean>();

/**
 * Rule 2: a feed that the administrators closed is only for those whose role may open it. A status belongs to the local
 * or the remote half, and each half has its own setting.
 */
export const feedAccess: Rule = {
  name: 'feed access',
  evaluate(matter: RuleInput): RuleResult | Promise<RuleResult> {
    const { closedBy, status, facts } = matter;
    if (
      closedBy === undefined ||
      !isClosed(facts.feedAccess, settingsOf[closedBy][status.isLocal ? 'local' : 'remote'])
    ) {
      return visibleToAll;
    }
    return matter.mayViewClosedFeeds().then((onlyFor) => ({ onlyFor }));
  },
};

/** Whether both halves are closed; then not even a deletion is for everybody. */
export function isClosedAltogether(access: ReadonlyMap<string, string>, closedBy: ClosedBy): boolean {
  return isClosed(access, settingsOf[closedBy].local) && isClosed(access, settingsOf[closedBy].remote);
}

function isClosed(access: ReadonlyMap<string, string>, setting: string): boolean {
  const text = access.get(setting);
  if (text === undefined) {
    return false;
  }
  const known = remembered.get(text);
  if (known !== undefined) {
    return known;
  }
  if (remembered.size >= rememberedAtMost) {
    remembered.clear();
  }
  const closed = meansDisabled(text);
  remembered.set(text, closed);
  return closed;
}

/** The value is YAML as Ruby writes it: plain, quoted, or a symbol. What cannot be read closes the feed. */
function meansDisabled(yaml: string): boolean {
  const document = parseDocument(yaml, { logLevel: 'silent' });
  if (document.errors.length > 0) {
    return true;
  }
  const value: unknown = document.toJS();
  return value === 'disabled' || value === ':disabled';
}
