// Finishes the built document: prerendered first screen, inlined style, and the policy that allows
// exactly the inline script and style it carries.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { minifySync } from 'vite';

const appMarker = '<!--app-->';

/**
 * Under `require-trusted-types-for` a worker's address must come from a policy. The default policy
 * lets our own worker scripts through and nothing else, so no caller needs to know of it.
 */
const trustedTypes = `
  self.trustedTypes?.createPolicy('default', {
    createScriptURL(text) {
      const address = new URL(text, location.href);
      const ours = /^\\/(sw|assets\\/[\\w-]+)\\.js$/.test(address.pathname);
      if (ours && address.origin === location.origin) return text;
      throw new TypeError('Not a script of this app: ' + text);
    },
  });
`;

/** Replaces text without reading `$` in it as a pattern. */
const replaceOnce = (text: string, part: string, by: string) => text.replace(part, () => by);

/** A lazy chunk that waits for the inlined file would wait for a 404: better to learn it here. */
function assertUnused(style: string, folder: string): void {
  const assets = path.join(folder, 'assets');
  for (const name of readdirSync(assets).filter((file) => file.endsWith('.js'))) {
    if (readFileSync(path.join(assets, name), 'utf8').includes(style)) {
      throw new Error(`assets/${name} loads ${style}, which the document carries inline`);
    }
  }
}

function inlineStyles(html: string, folder: string): string {
  let result = html;
  for (const [tag, href] of html.matchAll(
    /<link rel="stylesheet"[^>]*href="\/([^"]+)"[^>]*>\s*/g,
  )) {
    if (href === undefined) continue;
    assertUnused(href, folder);
    const file = path.join(folder, href);
    result = replaceOnce(result, tag, `<style>${readFileSync(file, 'utf8').trim()}</style>`);
    rmSync(file);
  }
  return result;
}

function hashes(html: string, element: 'script' | 'style'): string[] {
  const inline = new RegExp(`<${element}(?![^>]*\\bsrc=)[^>]*>([\\s\\S]*?)</${element}>`, 'g');
  return [...html.matchAll(inline)].map(
    ([, body = '']) => `'sha256-${createHash('sha256').update(body).digest('base64')}'`,
  );
}

function contentSecurityPolicy(html: string): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes(html, 'script')].join(' '),
    ["style-src 'self'", ...hashes(html, 'style')].join(' '),
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "media-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Refuses what the policy would silently switch off in the browser. */
function assertAllowed(html: string): void {
  const markup = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
  const refused = /<[^>]+\s(style|on\w+)=/.exec(markup);
  if (refused) {
    throw new Error(`The document's own policy forbids the attribute in: ${refused[0]}…`);
  }
}

function minifyInlineScripts(html: string): string {
  return html.replace(/<script>([\s\S]*?)<\/script>/g, (_, code: string) => {
    const { code: minified, errors } = minifySync('inline.js', code, { module: false });
    if (errors.length > 0) throw new Error(`An inline script of index.html: ${errors[0]?.message}`);
    return `<script>${minified.trim()}</script>`;
  });
}

interface DocumentParts {
  /** The prerendered markup for the marker, or null while there is none. */
  readonly firstScreen: string | null;
  /** Names this build in the document, so that two builds of the same source differ. */
  readonly release: string | undefined;
}

/** Rewrites `index.html` in the folder and answers the policy the server must send with it. */
export function finishDocument(folder: string, parts: DocumentParts): string {
  const file = path.join(folder, 'index.html');
  // Before anything is put in: only the template's own indentation may go.
  let html = readFileSync(file, 'utf8').replace(/\n\s+/g, '\n');
  html = replaceOnce(html, '<head>', `<head><script>${trustedTypes}</script>`);
  if (parts.release !== undefined) {
    html = replaceOnce(html, '</head>', `<meta name="release" content="${parts.release}"></head>`);
  }
  html = inlineStyles(minifyInlineScripts(html), folder);
  if (parts.firstScreen !== null) {
    if (!html.includes(appMarker)) throw new Error(`index.html has no ${appMarker} marker`);
    html = replaceOnce(html, appMarker, parts.firstScreen);
  }
  assertAllowed(html);
  writeFileSync(file, html);
  return contentSecurityPolicy(html);
}
