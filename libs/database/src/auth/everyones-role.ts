/** `user_roles.id` of the role that everybody has besides their own. */
export const everyonesRole = -99;
