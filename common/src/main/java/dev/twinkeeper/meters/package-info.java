/**
 * What a role tells, as Micrometer's meters; for whoever embeds a role and has Micrometer on the class path. Nothing else of
 * this project knows Micrometer, but for the command line. The names are in {@code docs/meters.md}.
 */
package dev.twinkeeper.meters;
