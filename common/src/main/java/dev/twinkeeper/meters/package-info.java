/**
 * What a role reports, as Micrometer meters; for programs that embed a role and have Micrometer on the class path. Only
 * this package and the command line use Micrometer. The names are in {@code docs/meters.md}.
 */
package dev.twinkeeper.meters;
