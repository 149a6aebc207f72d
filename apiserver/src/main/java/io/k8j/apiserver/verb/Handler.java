package io.k8j.apiserver.verb;

import io.k8j.model.api.ApiResponse;

/** Answers one verb, for every resource. Safe for all threads; blocks until the answer is known. */
@FunctionalInterface
public interface Handler {
    /**
     * Serves a request that has been authorized.
     *
     * @throws io.k8j.model.api.ApiException upstream's refusal; nothing was changed then
     */
    ApiResponse handle(Call call);
}
