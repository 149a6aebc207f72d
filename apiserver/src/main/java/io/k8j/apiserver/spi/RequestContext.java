package io.k8j.apiserver.spi;

import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What is known about the request that is being served. One thread at a time uses it.
 *
 * <p>{@code verb}, {@code resource}, {@code namespace}, {@code name}, {@code subresource}: as in the request. {@code now}:
 * the time that this request writes into objects. {@code dryRun}: nothing may be stored or sent.
 */
public final class RequestContext {
    private final UserInfo user;
    private final Verb verb;
    private final GroupVersionResource resource;
    private final String namespace;
    private final String name;
    private final String subresource;
    private final Instant now;
    private final boolean dryRun;
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    public RequestContext(
            UserInfo user,
            Verb verb,
            GroupVersionResource resource,
            String namespace,
            String name,
            String subresource,
            Instant now,
            boolean dryRun) {
        this.user = user;
        this.verb = verb;
        this.resource = resource;
        this.namespace = namespace;
        this.name = name;
        this.subresource = subresource;
        this.now = now;
        this.dryRun = dryRun;
    }

    public UserInfo user() {
        return user;
    }

    public Verb verb() {
        return verb;
    }

    public GroupVersionResource resource() {
        return resource;
    }

    public String namespace() {
        return namespace;
    }

    public String name() {
        return name;
    }

    public String subresource() {
        return subresource;
    }

    public Instant now() {
        return now;
    }

    public boolean dryRun() {
        return dryRun;
    }

    /** Adds a Warning header to the answer; repeated texts are sent once. */
    public void warn(String text) {
        warnings.add(text);
    }

    public List<String> warnings() {
        return warnings.stream().distinct().toList();
    }
}
