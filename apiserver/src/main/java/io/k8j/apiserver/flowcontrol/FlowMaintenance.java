package io.k8j.apiserver.flowcontrol;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mandatory and suggested objects as they should be, once a minute, and each FlowSchema's condition Dangling.
 * Suggested objects that somebody took into his own hands, with the annotation {@code autoupdate-spec: false}, stay.
 */
public final class FlowMaintenance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlowMaintenance.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final String PRODUCER = "api-priority-and-fairness-config-producer-v1";
    private static final String CONSUMER = "api-priority-and-fairness-config-consumer-v1";

    private final Function<ApiCall, ApiResponse> api;
    private final FlowController controller;
    private final Time time;
    private volatile boolean closed;
    private volatile Time.Timer next = () -> {};
    private volatile Runnable onFirst = () -> {};

    /** @param api the server, with all rights */
    public FlowMaintenance(Function<ApiCall, ApiResponse> api, FlowController controller, Time time) {
        this.api = api;
        this.controller = controller;
        this.time = time;
    }

    /**
     * Begins in the background.
     *
     * @param whenDone runs when all objects are there for the first time
     */
    public void start(Runnable whenDone) {
        onFirst = whenDone;
        controller.afterChange(this::settle);
        Thread.ofVirtual().name("flow-objects").start(this::ensureAll);
    }

    private void ensureAll() {
        if (closed) return;
        try {
            FlowObjects.mandatoryLevels().forEach(tree -> ensure(FlowObjects.LEVELS, tree, true));
            FlowObjects.mandatorySchemas().forEach(tree -> ensure(FlowObjects.SCHEMAS, tree, true));
            FlowObjects.suggestedLevels().forEach(tree -> ensure(FlowObjects.LEVELS, tree, false));
            FlowObjects.suggestedSchemas().forEach(tree -> ensure(FlowObjects.SCHEMAS, tree, false));
            onFirst.run();
            onFirst = () -> {};
        } catch (RuntimeException e) {
            if (!closed)
                LOG.atWarn().setCause(e).log("objects of priority and fairness not brought up to date; trying again");
        }
        if (!closed)
            next = time.after(Pace.UPKEEP, EVERY, () -> Thread.ofVirtual().start(this::ensureAll));
    }

    private void ensure(GroupVersionResource resource, Map<String, Object> wanted, boolean mandatory) {
        if (closed) return;
        String name = FlowObjects.name(wanted);
        Map<String, Object> stored;
        try {
            stored = send(Verb.GET, resource, name, "", Map.of(), null, null)
                    .object()
                    .tree();
        } catch (ApiException e) {
            if (!e.isNotFound()) throw e;
            create(resource, wanted);
            return;
        }
        Object auto = Trees.get(stored, "metadata", "annotations", FlowObjects.AUTO_UPDATE);
        Long generation = Trees.integer(stored, "metadata", "generation");
        boolean ours =
                mandatory || "true".equals(auto) || !"false".equals(auto) && generation != null && generation == 1;
        if (!ours) return;
        if (Trees.deepEquals(Trees.get(stored, "spec"), Trees.get(wanted, "spec")) && "true".equals(auto)) return;
        Map<String, Object> changed = Trees.deepCopy(stored);
        changed.put("spec", Trees.get(wanted, "spec"));
        Map<String, Object> annotations = new LinkedHashMap<>(Trees.map(stored, "metadata", "annotations"));
        annotations.put(FlowObjects.AUTO_UPDATE, "true");
        Trees.set(changed, annotations, "metadata", "annotations");
        try {
            send(Verb.UPDATE, resource, name, "", Map.of("fieldManager", PRODUCER), null, changed);
        } catch (ApiException e) {
            if (e.code() != 409) throw e; // somebody else was faster; the next round looks again
        }
    }

    private void create(GroupVersionResource resource, Map<String, Object> wanted) {
        try {
            send(Verb.CREATE, resource, "", "", Map.of("fieldManager", PRODUCER), null, wanted);
        } catch (ApiException e) {
            if (!e.isAlreadyExists()) throw e;
        }
    }

    /** Writes the conditions that are not as they should be. */
    private void settle(List<ApiObject> schemas) {
        for (ApiObject schema : schemas) {
            String level = Trees.string(schema.tree(), "spec", "priorityLevelConfiguration", "name");
            boolean dangling = !controller.levels().containsKey(level);
            String message = dangling
                    ? ("This FlowSchema references the PriorityLevelConfiguration object named \"%s\" but there is no"
                                    + " such object")
                            .formatted(level)
                    : "This FlowSchema references the PriorityLevelConfiguration object named \"%s\" and it exists"
                            .formatted(level);
            String status = dangling ? "True" : "False";
            boolean settled = Trees.list(schema.tree(), "status", "conditions").stream()
                    .anyMatch(condition -> "Dangling".equals(Trees.string(condition, "type"))
                            && status.equals(Trees.string(condition, "status"))
                            && message.equals(Trees.string(condition, "message")));
            if (!settled && !closed) apply(schema.name(), status, dangling ? "NotFound" : "Found", message);
        }
    }

    private void apply(String name, String status, String reason, String message) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Dangling");
        condition.put("status", status);
        condition.put(
                "lastTransitionTime",
                time.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        condition.put("reason", reason);
        condition.put("message", message);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("apiVersion", "flowcontrol.apiserver.k8s.io/v1");
        tree.put("kind", "FlowSchema");
        tree.put("metadata", new LinkedHashMap<>(Map.of("name", name)));
        tree.put("status", new LinkedHashMap<>(Map.of("conditions", List.of(condition))));
        try {
            send(
                    Verb.PATCH,
                    FlowObjects.SCHEMAS,
                    name,
                    "status",
                    Map.of("fieldManager", CONSUMER, "force", "true"),
                    "application/apply-patch+yaml",
                    tree);
        } catch (ApiException e) {
            if (!closed && !e.isNotFound())
                LOG.atWarn().addKeyValue("flowSchema", name).setCause(e).log("condition not written");
        }
    }

    private ApiResponse send(
            Verb verb,
            GroupVersionResource resource,
            String name,
            String subresource,
            Map<String, String> query,
            String type,
            Object body) {
        return api.apply(new ApiCall(verb, resource, "", name, subresource, query, type, body));
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
