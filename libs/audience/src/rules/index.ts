import { feedAccess } from './feed-access.js';
import { language } from './language.js';
import { relationships } from './relationships.js';
import type { Rule } from './rule.js';

/** The rules about who receives a public status, all of which must let it pass. A new rule is a line here. */
export const rules: readonly Rule[] = [feedAccess, language, relationships];
