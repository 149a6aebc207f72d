package io.k8j.apiserver.spi;

import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    private Map<String, String> annotations; // guarded by this; null until there is one
    private Map<String, String> bodyAnnotations; // guarded by this; null until there is one
    private List<Runnable> answered; // guarded by this; null until there is one

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

    /**
     * Adds an annotation to the request's audit event; the first value of a key stays.
     *
     * @param key a qualified name with a prefix, such as {@code pod-security.kubernetes.io/exempt}
     */
    public synchronized void annotate(String key, String value) {
        if (annotations == null) annotations = new TreeMap<>();
        annotations.putIfAbsent(key, value);
    }

    /** The same for audit events of level {@code Request} and above only. */
    public synchronized void annotateBodies(String key, String value) {
        if (bodyAnnotations == null) bodyAnnotations = new TreeMap<>();
        bodyAnnotations.putIfAbsent(key, value);
    }

    /** The audit annotations so far that only levels with bodies show. */
    public synchronized Map<String, String> bodyAnnotations() {
        return bodyAnnotations == null ? Map.of() : new TreeMap<>(bodyAnnotations);
    }

    /** Has something run once when the request has been answered, however it ended. */
    public synchronized void whenAnswered(Runnable action) {
        if (answered == null) answered = new ArrayList<>();
        answered.add(action);
    }

    /** Runs what waited for the answer. */
    public void answered() {
        List<Runnable> actions;
        synchronized (this) {
            actions = answered;
            answered = null;
        }
        if (actions != null) actions.forEach(Runnable::run);
    }

    /** The audit annotations so far, by key. */
    public synchronized Map<String, String> annotations() {
        return annotations == null ? Map.of() : new TreeMap<>(annotations);
    }
}
