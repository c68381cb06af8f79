// What the rest of the page may want of the box for questions, which knows the rest: `composer.js` says how it is done.
const ways = {
  ask: (_question) => {}, // a new question, whatever stands in the box
  answerAgain: (_conversation, _message, _breadth, _kind) => {},
  beginEditing: (_message, _text) => {},
  openConversation: (_number) => {}, // null for a new one
  attachFiles: async (_files) => {}, // read into the library, and asked about with the question in the box
  stop: () => {},
};

export const carryOut = (done) => Object.assign(ways, done);

export const ask = (question) => ways.ask(question);
export const answerAgain = (conversation, message, breadth, kind) => ways.answerAgain(conversation, message, breadth, kind);
export const beginEditing = (message, text) => ways.beginEditing(message, text);
export const openConversation = (number) => ways.openConversation(number);
export const attachFiles = (files) => ways.attachFiles(files);
export const stop = () => ways.stop();
