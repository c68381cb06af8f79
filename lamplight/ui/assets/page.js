// The page: each of its parts is drawn by a module of its own.
import * as chat from "./chat.js";
import * as composer from "./composer.js";
import * as conversations from "./conversations.js";
import { query } from "./dom.js";
import * as library from "./library.js";
import { keepAppearance } from "./settings.js";
import * as sources from "./sources.js";
import { follow, numberHere } from "./state.js";
import * as topbar from "./topbar.js";
import * as welcome from "./welcome.js";

keepAppearance();
// The chat before the box for questions, which says aloud what has been drawn.
for (const [name, { mount }] of Object.entries({ topbar, library, conversations, welcome, chat, sources, composer })) mount(query(`#${name} > div`));
follow(numberHere());
