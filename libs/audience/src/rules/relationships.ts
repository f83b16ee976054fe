import type { Rule } from './rule.js';

/** Rule 4: blocks, mutes and blocked domains. Whom they concern is in the question, see `readStatus`. */
export const relationships: Rule = {
  name: 'relationships',
  evaluate: ({ facts }) => ({ hiddenFrom: facts.hiddenFrom }),
};
