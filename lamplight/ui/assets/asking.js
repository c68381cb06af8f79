// What the rest of the page may want of the box for questions, which knows the rest: `composer.js` says how it is done.
// What is wanted before the box is there, as by a click on a page that is still loading, is done once it is.
let ways = null;
const early = [];

const wish = (name) => (...given) => { if (ways) ways[name](...given); else early.push([name, given]); };

export function carryOut(done) {
  ways = done;
  for (const [name, given] of early.splice(0)) ways[name](...given);
}

export const ask = wish("ask"); // a new question, whatever stands in the box
export const answerAgain = wish("answerAgain"); // conversation, message, breadth, kind
export const beginEditing = wish("beginEditing"); // message, text
export const openConversation = wish("openConversation"); // its number, null for a new one
export const attachFiles = wish("attachFiles"); // read into the library, and asked about with the question in the box
export const stop = wish("stop");
