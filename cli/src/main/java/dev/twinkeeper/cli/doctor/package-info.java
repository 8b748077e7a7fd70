/**
 * Finds what is wrong with an ensemble, and says what, where, and what to do.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.doctor.Doctor}; {@link dev.twinkeeper.cli.doctor.Finding}; the checks
 * of files ({@code ConfigCheck}, {@code DataDirCheck}, {@code MembersCheck}), then those of servers ({@code ServerProbe},
 * {@code ServersCheck}).
 */
package dev.twinkeeper.cli.doctor;
