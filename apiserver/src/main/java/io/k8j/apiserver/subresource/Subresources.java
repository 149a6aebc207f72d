package io.k8j.apiserver.subresource;

import io.k8j.apiserver.verb.Handler;
import io.k8j.model.api.Verb;
import java.util.HashMap;
import java.util.Map;

/** The handlers of paths under an object and of resources that are answered but not stored. */
public final class Subresources {
    private record Place(String resource, String subresource, Verb verb) {}

    private final Map<Place, Handler> handlers = new HashMap<>();

    /** @param resource as {@code deployments.apps}, or {@code *} for all */
    public void add(String resource, String subresource, Verb verb, Handler handler) {
        handlers.put(new Place(resource, subresource, verb), handler);
    }

    /** The handler, or null. */
    public Handler find(String resource, String subresource, Verb verb) {
        Handler own = handlers.get(new Place(resource, subresource, verb));
        return own != null ? own : handlers.get(new Place("*", subresource, verb));
    }
}
