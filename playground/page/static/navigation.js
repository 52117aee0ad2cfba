// Where a click may lead, for modules that can't know the page as a whole: app.js fills it in.

export const routes = { jump: null, openPerson: null };

/** Show a channel or thread, and in it a message. */
export const jump = (channel, message) => routes.jump(channel, message);

/** Show who somebody is, and what can be done with them. */
export const openPerson = (anchor, user) => routes.openPerson(anchor, user);
