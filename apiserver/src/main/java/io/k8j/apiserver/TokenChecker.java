package io.k8j.apiserver;

import java.util.List;
import java.util.Map;

/** Answers TokenReviews. Implemented by the authenticators. Safe for all threads. */
@FunctionalInterface
public interface TokenChecker {
    /**
     * The status of a TokenReview: {@code authenticated}, {@code user}, {@code audiences} or {@code error}.
     *
     * @param audiences what the token must be good for; empty for the API server itself
     */
    Map<String, Object> check(String token, List<String> audiences);
}
