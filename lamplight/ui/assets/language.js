// What the page says, in its language. Messages are written in English, with values as {name}.
import { messages, plural } from "./catalogue.js";

const language = globalThis.document?.documentElement?.lang || "en";
// How numbers and days are written, and names sorted: as the browser’s country has it, where that speaks the language.
export const locale = globalThis.navigator?.languages?.find((one) => one.split("-")[0] === language) ?? language;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** @param {string} message @param {Record<string, unknown>} values */
export const gettext = (message, values = {}) => filled(messages[message]?.[0] ?? message, values);

/** The form that `count` takes, which is written as {n}.
 * @param {string} one @param {string} many @param {number} count @param {Record<string, unknown>} values */
export function ngettext(one, many, count, values = {}) {
  const forms = messages[one] ?? [one, many];
  return filled(forms[plural(count)] ?? forms[forms.length - 1], { n: number(count), ...values });
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export const number = (value, options) => value.toLocaleString(locale, options);

/** As a list is said: "a, b and c". @param {string[]} names */
export const listed = (names) => new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
