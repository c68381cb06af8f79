// HTML that comes again and again, mostly with some words more: what hasn't changed stays, with its focus and what is
// selected in it, and a click that has begun on it is one.
const sent = new WeakMap(); // the HTML that a node was drawn from

function parsed(html, prepare) {
  const template = document.createElement("template");
  template.innerHTML = html;
  prepare(template.content);
  return template.content;
}

// `html` is safe, and has to be all that is drawn in `node`; `prepare` may do something to the elements made of it.
export function patch(node, html, prepare = (_content) => {}) {
  change(node, parsed(sent.get(node) ?? "", prepare), parsed(html, prepare));
  sent.set(node, html);
}

// Whether two nodes have a content, and are the same but for that and their classes.
function isAlike(one, other) {
  if (!one.hasChildNodes() || !other.hasChildNodes()) return false;
  const bare = [one, other].map((node) => node.cloneNode(false));
  for (const node of bare) node.removeAttribute("class");
  return bare[0].isEqualNode(bare[1]);
}

// `shown` was drawn from `before`; attributes that the page has set since stay, too. Of what differs the first is mostly
// what is being written.
function change(shown, before, after) {
  const [drawn, old, fresh] = [shown, before, after].map(({ childNodes }) => [...childNodes]);
  const most = Math.min(old.length, fresh.length);
  let first = 0;
  while (first < most && old[first].isEqualNode(fresh[first])) first += 1;
  let last = 0;
  while (last < most - first && old.at(-1 - last).isEqualNode(fresh.at(-1 - last))) last += 1;
  if (first < most - last && isAlike(old[first], fresh[first])) {
    drawn[first].className = fresh[first].className;
    change(drawn[first], old[first], fresh[first]);
    first += 1;
  }
  const behind = drawn[drawn.length - last] ?? null;
  for (const node of drawn.slice(first, drawn.length - last)) node.remove();
  for (const node of fresh.slice(first, fresh.length - last)) shown.insertBefore(node, behind);
}
