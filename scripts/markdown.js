'use strict';

/** The anchor that GitHub gives a heading, from the text that the heading shows. */
const slug = (text) => text.trim().toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replace(/ /g, '-');

module.exports = { slug };
