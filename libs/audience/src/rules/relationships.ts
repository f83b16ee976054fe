import type { Rule } from './rule.js';

/** Rule 4: blocks, mutes and blocked domains. `readStatus` says which accounts and domains are asked about. */
export const relationships: Rule = {
  name: 'relationships',
  evaluate: ({ facts }) => ({ hiddenFrom: facts.hiddenFrom }),
};
