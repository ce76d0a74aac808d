'use strict';

/* A name may hold line ends and escape sequences: shown as '?', as ls does. */
const printable = (text) => text.replace(/\p{Cc}/gu, '?');

module.exports = { printable };
