package io.k8j.apiserver.verb;

import io.k8j.model.api.ApiException;
import java.util.List;

/**
 * A parsed body with what its parser noticed: what the HTTP layer may put into {@link io.k8j.model.api.ApiCall#body()}
 * instead of the bare tree.
 *
 * @param tree maps, lists and scalars
 * @param problems such as {@code duplicate field "spec.replicas"}: warnings, or errors if the request is strict
 * @param fault what is thrown when somebody looks at the tree, because the body could not be read; null for none
 * @param text the JSON that problems were found in; null if there are none or it was not JSON
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares bodies
public record RequestBody(Object tree, List<String> problems, byte[] text, ApiException fault) {
    public RequestBody(Object tree, List<String> problems) {
        this(tree, problems, null, null);
    }

    /** One that counts as wrong only where it is needed: first the object must be there that it is to change. */
    public static RequestBody broken(ApiException fault) {
        return new RequestBody(null, List.of(), null, fault);
    }

    @Override
    public Object tree() {
        if (fault != null) throw fault;
        return tree;
    }

    /** Sees any body as one. */
    public static RequestBody of(Object body) {
        return body instanceof RequestBody known ? known : new RequestBody(body, List.of());
    }
}
