import type { Rule } from './rule.js';

/** Rule 4: blocks, mutes and domain blocks. `readStatus` chooses the accounts and domains that count. */
export const relationships: Rule = {
  name: 'relationships',
  evaluate: ({ facts }) => ({ hiddenFrom: facts.hiddenFrom }),
};
