// Text of unknown origin made safe and honest to show, and numbers as people read them.
// The same rules as loom_core.sanitize: what cannot be seen becomes visible.

const UNSEEN = new RegExp(
  "[" +
    "\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f" + // C0 but tab and newline, delete, C1
    "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" + // soft hyphen, marks and fillers
    "\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f" + // zero width, line separators, bidi
    "\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb" + // fillers, byte-order mark, annotations
    "\\ud800-\\udfff" + // lone surrogates
    "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}" + // invisible format characters
    "\\u{e0000}-\\u{e0fff}" + // tags and more variation selectors: a known way to hide text
    "]", "gu");
const JOINERS = /(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])/gu;

const picture = (character) => {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
};

const show = (found) => Array.from(found, picture).join("");

/** The text with everything that hides or acts in it replaced by a visible sign. */
export const visible = (text) =>
  String(text).replaceAll("\r\n", "\n").replace(UNSEEN, show).replace(JOINERS, show);

/** The text on one line, cut where it is longer than so many characters. */
export const brief = (text, most = 160) => {
  const line = visible(text).replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

/** Seconds as `1.4 s`, `2 min 5 s` or `3 h 10 min`. */
export const seconds = (value) => {
  if (!Number.isFinite(value)) return "–";
  if (value < 10) return `${Math.max(0, value).toFixed(1)} s`;
  if (value < 60) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
};

/** Seconds between two moments; the second one may be missing: it is now then. */
export const between = (from, to) => (new Date(to ?? Date.now()) - new Date(from)) / 1000;

/** How long ago a moment was. */
export const ago = (moment) => {
  const past = between(moment);
  if (past < 45) return "just now";
  if (past < 3600) return `${Math.max(1, Math.round(past / 60))} min ago`;
  if (past < 86400) return `${Math.round(past / 3600)} h ago`;
  return new Date(moment).toLocaleDateString();
};

/** The time of day. */
export const clock = (moment) => new Date(moment).toLocaleTimeString();

/** A number with separators. */
export const count = (value) => Number(value).toLocaleString("en-US");

/** `1 call`, `2 calls`. */
export const plural = (value, word) => `${count(value)} ${word}${value === 1 ? "" : "s"}`;

/** A share as a percentage; a dash where there is nothing to share. */
export const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : "–");
