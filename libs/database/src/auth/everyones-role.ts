/** `user_roles.id` of the role that every user has besides their own. */
export const everyonesRole = -99;
