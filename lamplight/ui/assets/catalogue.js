// What the page says in the language it is shown in, by what it says in English: each message with its forms, one or one
// for each kind of count. The app makes one like this for each language; this one, with nothing to look up, is for who
// reads or tests the scripts without the app.

/** @type {Record<string, string[]>} */
export const messages = {};
/** Which form of a message a count takes. @type {(n: number) => number} */
export const plural = (n) => Number(n !== 1);
/** All languages there are, each with the name it has for itself. @type {Record<string, string>} */
export const languages = { en: "English" };
