import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { finishDocument } from '../../../.build/document.ts';

let folder: string;

const template = `<!doctype html>
<html>
  <head>
    <script type="module" crossorigin src="/assets/main-AAAAAAAA.js"></script>
    <link rel="stylesheet" crossorigin href="/assets/main-BBBBBBBB.css">
  </head>
  <body><div id="app"><!--app--></div></body>
</html>`;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-build-'));
  fs.mkdirSync(path.join(folder, 'assets'));
  fs.writeFileSync(path.join(folder, 'index.html'), template);
  fs.writeFileSync(path.join(folder, 'assets/main-AAAAAAAA.js'), 'start()');
  fs.writeFileSync(path.join(folder, 'assets/main-BBBBBBBB.css'), 'p{color:red}\n');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

const finish = (firstScreen: string | null = '<p>$& ready</p>', release?: string) =>
  finishDocument(folder, { firstScreen, release });
const html = () => fs.readFileSync(path.join(folder, 'index.html'), 'utf8');
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

describe('the finished document', () => {
  test('holds the first screen and the style, and the style is no file any more', () => {
    finish();
    expect(html()).toContain('<div id="app"><p>$& ready</p></div>');
    expect(html()).toContain('<style>p{color:red}</style>');
    expect(html()).not.toContain('stylesheet');
    expect(fs.readdirSync(path.join(folder, 'assets'))).toEqual(['main-AAAAAAAA.js']);
  });

  test('is allowed exactly the inline script and style it holds', () => {
    const policy = finish();
    const script = /<script>([^<]+)<\/script>/.exec(html())?.[1] ?? '';
    expect(policy).toContain(`script-src 'self' 'sha256-${sha256(script)}';`);
    expect(policy).toContain(`style-src 'self' 'sha256-${sha256('p{color:red}')}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test('carries the name of its release', () => {
    finish(null, 'two');
    expect(html()).toContain('<meta name="release" content="two">');
  });

  test.each(['<p style="color:red">', '<a href="#" onclick="go()">'])(
    'refuses %s, which the policy would switch off',
    (markup) => {
      expect(() => finish(markup)).toThrow('forbids the attribute');
    },
  );

  test('refuses a lazy chunk that would wait for the inlined style', () => {
    fs.writeFileSync(path.join(folder, 'assets/lazy-CCCCCCCC.js'), '["assets/main-BBBBBBBB.css"]');
    expect(() => finish()).toThrow('lazy-CCCCCCCC.js loads assets/main-BBBBBBBB.css');
  });

  test('refuses a template with no place for the first screen', () => {
    fs.writeFileSync(path.join(folder, 'index.html'), template.replace('<!--app-->', ''));
    expect(() => finish()).toThrow('no <!--app--> marker');
  });
});
