import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(import.meta.url);
const { sidebar } = require('../prepare.js');
const { SEARCH } = require('../search.js');
const { namedRows } = require('../tables.js');
const { slug } = require('../../scripts/markdown.js');
const { homepage, version } = require('../../package.json');

const repository = homepage.split('#')[0];

const base = process.env.SITE_BASE ?? '/';

export default {
  title: 'png2bmp',
  description: 'Converts PNG to BMP: a Node.js module, a command line and a C library',
  lang: 'en',
  base,
  srcDir: 'src',
  outDir: '../build/site/dist',
  cacheDir: '../build/site/cache',
  cleanUrls: true,
  markdown: { anchor: { slugify: slug }, config: (md) => md.use(namedRows) },
  themeConfig: {
    // The first page, the converter, is not made by VitePress.
    logoLink: { link: base, target: '_self' }, // VitePress does not add the base here
    nav: [
      { text: 'Convert', link: '/', target: '_self' },
      { text: 'Start', link: '/start' },
      { text: 'Guides', link: '/guide' },
      { text: 'API', link: '/api' },
      { text: 'Command line', link: '/command-line' },
      { text: version, link: '/changelog' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: SEARCH,
    socialLinks: [{ icon: 'github', link: repository }],
  },
};
