package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Rule;
import java.util.Set;

/**
 * One scenario: a sentence about behaviour, the rules that it shows, and what happens in a {@link ScenarioContext}.
 *
 * @param topic the topic's class without its ending: {@code assignment}
 * @param name the method's name, a sentence in camel case
 * @param rules the rules that it cites; the safety rules are also checked at the end of every scenario
 * @param faultsEnsemble whether it kills servers or lets them fall behind, and so needs an ensemble of its own
 */
public record Scenario(String topic, String name, Set<Rule> rules, boolean faultsEnsemble, Body body) {
    /** What happens. */
    @FunctionalInterface
    public interface Body {
        void run(ScenarioContext context) throws Exception;
    }

    /** {@code topic.name}, by which it is chosen. */
    public String id() {
        return topic + "." + name;
    }

    /** The name in words. */
    public String sentence() {
        String words = name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z])", " ")
                .toLowerCase();
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    @Override
    public String toString() {
        return id();
    }
}
