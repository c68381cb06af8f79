// Receipts and invoices as a table: sorted by a click on a head, summed, saved; each cell opens its picture.
import { openDialog } from "./dialog.js";
import { openDocument } from "./document.js";
import { element, redraw } from "./dom.js";
import { gettext, locale, ngettext, number } from "./language.js";
import { get } from "./requests.js";
import { state } from "./state.js";
import { separator } from "./wording.js";

const COLUMNS = [["shop", gettext("Shop")], ["date", gettext("Date")], ["total", gettext("Total")], ["currency", gettext("Currency")]];

function compare(one, other) {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? 1 : -1; // what was not read comes last
  return typeof one === "number" ? one - other : String(one).localeCompare(String(other), locale, { numeric: true });
}

// One for each currency, however it is written.
function sums(rows) {
  const totals = new Map();
  for (const { total, currency } of rows) {
    if (total.sort === null) continue;
    const [written, amount] = totals.get(currency.sort) ?? [currency.text, 0];
    totals.set(currency.sort, [written, amount + total.sort]);
  }
  return [...totals.values()].map(([currency, amount]) => `${currency} ${number(amount, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`.trim());
}

export async function openPapers() {
  const where = state.collection ? `?collection=${state.collection}` : "";
  const rows = (await get(`/papers${where}`)) ?? [];
  let by = "date";
  let down = true;
  const body = element("div", { class: "papers" });
  const show = (row, page) => { dialog.close(); openDocument(row.document, document.querySelector("#open-papers"), page); };
  const cell = (row, name, numeric) => element("td", { class: numeric ? "numeric" : null }, row[name].text
    ? element("button", { type: "button", class: "cell-button", title: gettext("Open {name}", { name: row.name }), click: () => show(row, row[name].page) }, row[name].text) : element("span", { class: "row-detail" }, "–"));
  function head([name, label]) {
    const sorted = by === name;
    return element("th", { scope: "col", "aria-sort": sorted ? (down ? "descending" : "ascending") : "none" },
      element("button", { type: "button", class: "cell-button", "data-focus": `sort-${name}`, click: () => { down = sorted ? !down : false; by = name; draw(); } }, label, sorted ? (down ? " ↓" : " ↑") : ""));
  }
  function draw() {
    const ordered = [...rows].sort((one, other) => {
      const way = by === "document" ? compare(one.name, other.name) : compare(one[by].sort, other[by].sort);
      const missing = by !== "document" && (one[by].sort === null || other[by].sort === null);
      return down && !missing ? -way : way;
    });
    redraw(body, !rows.length ? element("p", { class: "empty" }, gettext("No receipt or invoice has been read yet. Add some photos or PDFs of them; they appear here a moment after they have been read.")) : [
      element("p", { class: "lead" }, ngettext("{n} paper, as they were read; a click opens the picture.", "{n} papers, as they were read; a click opens the picture.", rows.length)),
      element("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": gettext("Receipts and invoices") }, element("table", {},
        element("thead", {}, element("tr", {}, [...COLUMNS, ["document", gettext("Document")]].map(head))),
        element("tbody", {}, ordered.map((row) => element("tr", {}, COLUMNS.map(([name]) => cell(row, name, name === "total")),
          element("td", {}, element("button", { type: "button", class: "cell-button", click: () => show(row, 1) }, row.name))))),
        element("tfoot", {}, element("tr", {}, element("th", { scope: "row", colspan: 2 }, gettext("Sum")), element("td", { colspan: 3 }, sums(rows).join(" + ")))))),
      element("div", { class: "dialog-actions" }, element("a", { class: "quiet", href: `/papers.csv${where || "?"}${where ? "&" : ""}separator=${encodeURIComponent(separator())}`, download: true }, gettext("Save as CSV")))]);
  }
  draw();
  const dialog = openDialog(gettext("Receipts and invoices"), body, { class: "dialog wide" });
}
