// Parts of the page that nobody sees at first: each is fetched when it is first wanted.
const later = (load, name) => async (...given) => (await load())[name](...given);

export const choose = later(() => import("./models.js"), "choose"); // a model that is here, to answer
export const openFolders = later(() => import("./folders.js"), "openFolders");
export const openPapers = later(() => import("./papers.js"), "openPapers");
