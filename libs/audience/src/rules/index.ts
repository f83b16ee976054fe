import { feedAccess } from './feed-access.js';
import { language } from './language.js';
import { relationships } from './relationships.js';
import type { Rule } from './rule.js';

/** The rules about public statuses. A viewer receives a status that all of them let pass. Add a new rule here. */
export const rules: readonly Rule[] = [feedAccess, language, relationships];
