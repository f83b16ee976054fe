import type { Rule } from './rule.js';

/** Rule 3: who has chosen languages sees no others. The database knows who has chosen what. */
export const language: Rule = {
  name: 'language',
  evaluate: ({ facts }) => ({ hiddenFrom: facts.otherLanguage }),
};
