// What can be done with a document of the library.
import { askAbout } from "./about.js";
import { newCollection, setMembers } from "./collections.js";
import { closeDrawer } from "./side.js";
import { post } from "./requests.js";
import { state } from "./state.js";
import { toast } from "./toast.js";

// Asks the app for it, shows what has come of it.
export async function act(address, then = () => {}) {
  if (await post(address)) then();
}

function removeDocument({ id, name }) {
  act(`/documents/${id}/remove`, () => toast(`Removed ${name}`, () => act(`/documents/${id}/restore`)));
}

const readAgain = ({ id }) => act(`/documents/${id}/again`);

// A PDF or picture opens in a tab of its own, a PDF at its page; the rest is saved.
export const openOriginal = ({ id }, page = 1) => window.open(`/documents/${id}/original${page > 1 ? `#page=${page}` : ""}`, "_blank", "noopener");

export function documentActions(entry) {
  return [
    { label: "Ask about this document", run: () => { closeDrawer(); askAbout([entry]); } },
    { label: "Open original", run: () => openOriginal(entry) },
    { label: "Read again", run: () => readAgain(entry) },
    entry.pinned ? { label: "Unpin", run: () => act(`/documents/${entry.id}/unpin`) } : { label: "Pin to every question", run: () => act(`/documents/${entry.id}/pin`) },
    null,
    ...state.library.collections.map((one) => {
      const inside = entry.collections.includes(one.id);
      return { label: `${inside ? "Take out of" : "Put into"} “${one.name}”`, run: () => setMembers(one.id, [entry.id], !inside) };
    }),
    { label: "Put into a new collection…", run: () => newCollection([entry.id]) },
    null,
    { label: "Remove from library", danger: true, run: () => removeDocument(entry) },
  ];
}
