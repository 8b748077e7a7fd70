/** The scenarios, a class for each topic: public methods whose names are sentences, in given, when and then. */
package dev.twinkeeper.scenarios.topics;
