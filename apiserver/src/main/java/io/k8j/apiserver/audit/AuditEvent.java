package io.k8j.apiserver.audit;

import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Trees;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known about one request that is being recorded. The thread that serves the request finds it with
 * {@link #current()}; all methods may be called by any thread, because a stream ends on another one.
 */
public final class AuditEvent {
    static final ScopedValue<AuditEvent> CURRENT = ScopedValue.newInstance();

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final int MAX_AGENT = 1024;

    /**
     * Where a request came from.
     *
     * @param id the Audit-Id
     * @param sourceIps the client's address and those of proxies, as far as known
     */
    public record Origin(String id, String uri, List<String> sourceIps, String userAgent, Instant received) {}

    private final AuditPolicy.Decision decision;
    private final Origin origin;
    private final Attributes attributes;

    // guarded by this
    private final Map<String, String> annotations = new TreeMap<>();
    private final Map<String, Object> object = new LinkedHashMap<>();
    private UserInfo impersonated;
    private Map<String, Object> status;
    private Object requestObject;
    private Object responseObject;
    private Throwable fault;

    AuditEvent(AuditPolicy.Decision decision, Origin origin, Attributes attributes) {
        this.decision = decision;
        this.origin = origin;
        this.attributes = attributes;
    }

    /** The event of the request that this thread serves; null if it is not recorded. */
    public static AuditEvent current() {
        AuditEvent bound = CURRENT.isBound() ? CURRENT.get() : null;
        return bound == null || bound.level() == AuditLevel.NONE ? null : bound;
    }

    /** Adds an annotation to the request that this thread serves; of two with one key the first one stays. */
    public static void annotate(String key, String value) {
        AuditEvent event = current();
        if (event != null) event.addAnnotation(key, value);
    }

    /** The same for events that have bodies only. */
    public static void annotateBodies(String key, String value) {
        AuditEvent event = current();
        if (event != null && event.level().atLeast(AuditLevel.REQUEST)) event.addAnnotation(key, value);
    }

    AuditLevel level() {
        return decision.level();
    }

    boolean omits(AuditStage stage) {
        return decision.omitStages().contains(stage);
    }

    Instant received() {
        return origin.received();
    }

    /** Adds an annotation; of two with one key the first one stays. */
    public synchronized void addAnnotation(String key, String value) {
        annotations.putIfAbsent(key, value);
    }

    /** The user acts as this one from now on. */
    public synchronized void impersonating(UserInfo user) {
        impersonated = user;
    }

    /** Notes the object that a request brings, with defaults; its name and version complete the reference. */
    public synchronized void requestObject(Map<String, Object> tree) {
        Map<String, Object> metadata = Trees.map(tree, "metadata");
        if (metadata != null) {
            for (String field : List.of("namespace", "name", "uid", "resourceVersion")) {
                if (metadata.get(field) instanceof String text && !text.isEmpty()) object.putIfAbsent(field, text);
            }
        }
        if (level().atLeast(AuditLevel.REQUEST)) requestObject = Trees.deepCopy(withoutManagedFields(tree));
    }

    /** Notes the patch that a request brings. */
    public synchronized void requestPatch(Object patch) {
        if (level().atLeast(AuditLevel.REQUEST)) requestObject = patch;
    }

    /** Whether the answer's object is wanted. */
    public boolean wantsResponse() {
        return level().atLeast(AuditLevel.REQUEST_RESPONSE);
    }

    /** Notes the object that is answered; asked for by {@link #wantsResponse}. */
    public synchronized void responseObject(Map<String, Object> tree) {
        responseObject = withoutManagedFields(tree);
    }

    /** Notes the Status that is answered; of the others only the code is recorded. */
    public synchronized void responseStatus(Map<String, Object> tree) {
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("metadata", Map.of());
        for (String field : List.of("status", "message", "reason", "details", "code")) {
            if (tree.get(field) != null) kept.put(field, tree.get(field));
        }
        status = kept;
    }

    /** Notes the code that is answered. */
    public synchronized void responseCode(int code) {
        if (status == null) {
            status = new LinkedHashMap<>();
            status.put("metadata", Map.of());
        }
        status.put("code", code);
    }

    /** A fault of ours happened while the request was served. */
    public synchronized void fault(Throwable cause) {
        fault = cause;
    }

    synchronized Throwable fault() {
        return fault;
    }

    synchronized boolean answered() {
        return status != null;
    }

    private Map<String, Object> withoutManagedFields(Map<String, Object> tree) {
        if (!decision.omitManagedFields() || tree == null) return tree;
        Map<String, Object> copy = new LinkedHashMap<>(tree);
        if (copy.get("metadata") instanceof Map<?, ?> metadata && metadata.containsKey("managedFields")) {
            Map<String, Object> rest = new LinkedHashMap<>(Trees.asMap(metadata));
            rest.remove("managedFields");
            copy.put("metadata", rest);
        }
        if (copy.get("items") instanceof List<?> items) copy.put("items", without(items, null));
        if (copy.get("rows") instanceof List<?> rows) copy.put("rows", without(rows, "object"));
        return copy;
    }

    private List<Object> without(List<?> items, String inner) {
        List<Object> all = new ArrayList<>(items.size());
        for (Object item : items) {
            if (!(item instanceof Map<?, ?> map)) {
                all.add(item);
            } else if (inner == null) {
                all.add(withoutManagedFields(Trees.asMap(map)));
            } else {
                Map<String, Object> copy = new LinkedHashMap<>(Trees.asMap(map));
                if (copy.get(inner) instanceof Map<?, ?> object) {
                    copy.put(inner, withoutManagedFields(Trees.asMap(object)));
                }
                all.add(copy);
            }
        }
        return all;
    }

    /** The event as it is now, in the order of upstream's fields. */
    synchronized Map<String, Object> at(AuditStage stage, Instant when) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "Event");
        tree.put("apiVersion", "audit.k8s.io/v1");
        tree.put("level", level().word());
        tree.put("auditID", origin.id());
        tree.put("stage", stage.word());
        tree.put("requestURI", origin.uri());
        tree.put("verb", attributes.verb());
        tree.put("user", user(attributes.user()));
        if (impersonated != null) tree.put("impersonatedUser", user(impersonated));
        if (!origin.sourceIps().isEmpty()) tree.put("sourceIPs", origin.sourceIps());
        if (!origin.userAgent().isEmpty()) tree.put("userAgent", shortened(origin.userAgent()));
        if (attributes.path() == null) tree.put("objectRef", reference());
        if (status != null) tree.put("responseStatus", new LinkedHashMap<>(status));
        if (requestObject != null) tree.put("requestObject", requestObject);
        if (responseObject != null) tree.put("responseObject", responseObject);
        tree.put("requestReceivedTimestamp", MICROS.format(origin.received()));
        tree.put("stageTimestamp", MICROS.format(when));
        if (!annotations.isEmpty()) tree.put("annotations", new LinkedHashMap<>(annotations));
        return tree;
    }

    private static Map<String, Object> user(UserInfo user) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (user.name().isEmpty()) return tree; // nobody knows who it was
        tree.put("username", user.name());
        if (!user.uid().isEmpty()) tree.put("uid", user.uid());
        if (!user.groups().isEmpty()) tree.put("groups", user.groups());
        if (!user.extra().isEmpty()) tree.put("extra", new TreeMap<>(user.extra()));
        return tree;
    }

    private Map<String, Object> reference() {
        Map<String, Object> tree = new LinkedHashMap<>();
        put(tree, "resource", attributes.resource());
        put(tree, "namespace", known("namespace", attributes.namespace()));
        put(tree, "name", known("name", attributes.name()));
        put(tree, "uid", known("uid", ""));
        put(tree, "apiGroup", attributes.apiGroup());
        put(tree, "apiVersion", attributes.apiVersion());
        put(tree, "resourceVersion", known("resourceVersion", ""));
        put(tree, "subresource", attributes.subresource());
        return tree;
    }

    private String known(String field, String asked) {
        return asked.isEmpty() ? String.valueOf(object.getOrDefault(field, "")) : asked;
    }

    private static void put(Map<String, Object> tree, String field, String value) {
        if (!value.isEmpty()) tree.put(field, value);
    }

    private static String shortened(String agent) {
        return agent.length() > MAX_AGENT ? agent.substring(0, MAX_AGENT) + "...TRUNCATED" : agent;
    }
}
