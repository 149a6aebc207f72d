package io.k8j.apiserver.verb;

import java.util.List;

/**
 * A parsed body with what its parser noticed: what the HTTP layer may put into {@link io.k8j.model.api.ApiCall#body()}
 * instead of the bare tree.
 *
 * @param tree maps, lists and scalars
 * @param problems such as {@code duplicate field "spec.replicas"}: warnings, or errors if the request is strict
 * @param text the JSON that problems were found in; null if there are none or it was not JSON
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares bodies
public record RequestBody(Object tree, List<String> problems, byte[] text) {
    public RequestBody(Object tree, List<String> problems) {
        this(tree, problems, null);
    }

    /** Sees any body as one. */
    public static RequestBody of(Object body) {
        return body instanceof RequestBody known ? known : new RequestBody(body, List.of());
    }
}
