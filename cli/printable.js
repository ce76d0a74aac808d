'use strict';

/* Makes text from names, which may contain anything, safe for terminals and logs. */

/* Control characters (C0, C1), line and paragraph separators, lone surrogates, and those that change
 * the direction of text, which could make one name look like another. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Replaces them with '?', as ls does. */
const printable = (text) => text.replace(UNPRINTABLE, '?');

const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON on one line with the same characters escaped. */
const printableJSON = (value) => JSON.stringify(value).replace(UNPRINTABLE, escaped);

module.exports = { printable, printableJSON };
