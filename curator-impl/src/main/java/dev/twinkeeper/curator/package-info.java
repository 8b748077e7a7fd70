/**
 * Master, Worker and Client with Apache Curator.
 *
 * <p>Every class here has a twin of the same name in {@code dev.twinkeeper.raw}; lay them side by side.
 */
package dev.twinkeeper.curator;
