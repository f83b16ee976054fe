import type { Rule } from './rule.js';

/** Rule 3: viewers who have chosen languages see no other. The store compares them: `AudienceFacts.otherLanguage`. */
export const language: Rule = {
  name: 'language',
  evaluate: ({ facts }) => ({ hiddenFrom: facts.otherLanguage }),
};
