/** A real browser for tests: {@link dev.twinkeeper.cli.browser.Browser} is the process, {@link dev.twinkeeper.cli.browser.Page} a page in it. */
package dev.twinkeeper.cli.browser;
