package dev.twinkeeper.cli.browser;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leaves a test class out where there is no browser, and says so. */
public final class NeedsBrowser implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (Browser.installed().isPresent()) {
            return ConditionEvaluationResult.enabled("there is a browser");
        }
        if (context.getTestMethod().isEmpty()) {
            System.out.println("LEFT OUT: " + context.getDisplayName()
                    + ", no Chromium on the path; install one (Debian: apt-get install chromium) to run it");
        }
        return ConditionEvaluationResult.disabled("no Chromium on the path");
    }
}
