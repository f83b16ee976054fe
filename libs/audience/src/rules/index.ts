import { feedAccess } from './feed-access.js';
import { language } from './language.js';
import { relationships } from './relationships.js';
import type { Rule } from './rule.js';

/** The rules for public statuses. A viewer receives a status unless one of them hides it. Add a new rule here. */
export const rules: readonly Rule[] = [feedAccess, language, relationships];
