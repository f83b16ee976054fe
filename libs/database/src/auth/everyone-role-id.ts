/** `user_roles.id` of the role that every user has besides their own (Mastodon's `EVERYONE_ROLE_ID`). */
export const everyoneRoleId = -99;
