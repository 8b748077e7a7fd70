/**
 * Fuzzes every decoder of what others write.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.fuzz.Decoder} names them; {@code TreeDecoders},
 * {@code SettingDecoders} and {@code FileDecoders} say what holds of each, whatever the bytes. Each build plays what
 * stands in {@code src/test/resources/corpus} ({@code CorpusTest}); the profile {@code fuzz} looks for more
 * ({@code FuzzMain}).
 */
package dev.twinkeeper.cli.fuzz;
