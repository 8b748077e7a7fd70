/**
 * Every path and every byte format of the shared tree, encode and decode together. No other code spells a path.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.layout.Layout} builds paths and takes them apart into
 * {@link dev.twinkeeper.layout.Place}s; then one class for each znode's data.
 */
package dev.twinkeeper.layout;
