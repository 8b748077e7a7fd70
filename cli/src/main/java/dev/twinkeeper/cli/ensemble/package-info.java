/**
 * A ZooKeeper ensemble on this machine, each server a process of its own, laid out on the disk as in the book. Does not
 * know the command line.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.ensemble.EnsemblePlan} says where everything goes;
 * {@link dev.twinkeeper.cli.ensemble.ZooConfig} is one server's {@code zoo.cfg};
 * {@link dev.twinkeeper.cli.ensemble.EnsembleDirectory} writes, and looks at what is there already;
 * {@link dev.twinkeeper.cli.ensemble.ProcessEnsemble} runs it.
 */
package dev.twinkeeper.cli.ensemble;
