package dev.twinkeeper.scenarios.lab;

import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * An answer, or a request, that is to be lost.
 *
 * @param which the requests that it may happen to; the first of them it does happen to
 * @param ofRequest whether the request itself is lost, before a server sees it
 * @param request the one that is under way, null before
 * @param happening completes when it was lost
 */
record Loss(Predicate<Request> which, boolean ofRequest, Request request, CompletableFuture<Request> happening) {
    static Loss ofAnswer(Predicate<Request> which) {
        return new Loss(which, false, null, new CompletableFuture<>());
    }

    static Loss ofRequest(Predicate<Request> which) {
        return new Loss(which, true, null, new CompletableFuture<>());
    }

    Loss of(Request underWay) {
        return new Loss(which, ofRequest, underWay, happening);
    }

    /**
     * Completes before the participant can notice, so that it is complete for anybody who has seen the participant
     * recover.
     */
    void happened(Request lost) {
        happening.complete(lost);
    }
}
