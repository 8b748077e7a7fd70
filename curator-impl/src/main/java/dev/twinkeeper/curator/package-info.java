/** Master, Worker and Client with Apache Curator. */
package dev.twinkeeper.curator;
