import { disabled, permissions } from './people.js';
import { halfClosed, openToEveryone } from './closed-feeds.cases.js';
import { combined } from './combined.cases.js';
import { filters } from './filters.cases.js';
import { incomplete } from './incomplete.cases.js';
import { blocksAndMutes, domains, language, visibility } from './relationships.cases.js';
import type { RuleSuite } from './rule-suite.js';

const settings = { local_live_feed_access: disabled, remote_topic_feed_access: disabled };

/** Every audience rule, with statuses that it hides and statuses that it does not. */
export const ruleSuites: readonly RuleSuite[] = [
  {
    name: 'while all feeds are open',
    cases: {
      visibility,
      language,
      'blocks and mutes': blocksAndMutes,
      'blocked domains': domains,
      ...filters,
      'rules together': combined,
      'incomplete statuses': incomplete,
    },
  },
  { name: 'while some feeds are closed', settings, cases: { 'feed access': halfClosed } },
  {
    name: 'while some feeds are closed and the default role may view them',
    settings,
    everyone: permissions.viewFeeds,
    cases: { 'feed access': openToEveryone },
  },
];
