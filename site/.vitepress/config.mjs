import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(import.meta.url);
const { sidebar } = require('../prepare.js');
const { slug } = require('../../scripts/markdown.js');
const { homepage, version } = require('../../package.json');

const repository = homepage.split('#')[0];

export default {
  title: 'png2bmp',
  description: 'Converts PNG to BMP: a Node.js module, a command line and a C library',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: 'src',
  outDir: '../build/site/dist',
  cacheDir: '../build/site/cache',
  cleanUrls: true,
  markdown: { anchor: { slugify: slug } },
  // The converter is a page of its own, not made by VitePress; build.js checks the built links.
  ignoreDeadLinks: [/^\/convert\//],
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guides', link: '/guide' },
      { text: 'API', link: '/api' },
      { text: 'Command line', link: '/command-line' },
      { text: version, link: '/changelog' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
  },
};
