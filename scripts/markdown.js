'use strict';

/** The anchor that GitHub gives a heading, from the heading's visible text. */
const slug = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-');

module.exports = { slug };
