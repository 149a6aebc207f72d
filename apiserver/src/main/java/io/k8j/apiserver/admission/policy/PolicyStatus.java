package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.admission.Versions;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the type checker finds into the status of ValidatingAdmissionPolicies; upstream's controller of the name
 * validatingadmissionpolicy-status. It lives beside the server, because it needs the server's types and its CEL. One
 * virtual thread works off a queue of names.
 */
public final class PolicyStatus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyStatus.class);
    private static final GroupVersionResource POLICIES =
            new GroupVersionResource("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies");
    private static final String STOP = "";

    private final ObjectReader reader;
    private final Editor editor;
    private final TypeChecker checker;
    private final LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();

    private volatile boolean closed;

    /** Changes a stored policy. */
    @FunctionalInterface
    public interface Editor {
        void edit(String name, Consumer<Map<String, Object>> change);
    }

    public PolicyStatus(ObjectReader reader, Versions versions, Editor editor) {
        this.reader = reader;
        this.editor = editor;
        this.checker = new TypeChecker(versions);
    }

    /** Looks at all policies, and follows changes from then on. */
    public void start() {
        reader.onChange(POLICIES, change -> {
            if (!change.deleted()) queue.add(change.object().name());
        });
        reader.list(POLICIES, "").forEach(policy -> queue.add(policy.name()));
        Thread.ofVirtual().name("policy-status").start(this::work);
    }

    private void work() {
        try {
            for (String name = queue.take(); !name.equals(STOP); name = queue.take()) check(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(String name) {
        try {
            ApiObject policy = reader.get(POLICIES, "", name).orElse(null);
            if (policy == null) return;
            Map<String, Object> tree = policy.tree();
            Long generation = Trees.integer(tree, "metadata", "generation");
            if (generation == null || generation.equals(Trees.integer(tree, "status", "observedGeneration"))) return;
            List<Object> warnings = checker.check(Place.of(tree));
            editor.edit(name, stored -> {
                if (!generation.equals(Trees.integer(stored, "metadata", "generation"))) return; // checked again soon
                Map<String, Object> found = new LinkedHashMap<>();
                if (!warnings.isEmpty()) found.put("expressionWarnings", warnings);
                Trees.set(stored, generation, "status", "observedGeneration");
                Trees.set(stored, found, "status", "typeChecking");
            });
        } catch (RuntimeException e) {
            if (closed) return; // the store may be closed before this thread has ended
            LOG.atError().addKeyValue("policy", name).setCause(e).log("policy not type checked");
        }
    }

    @Override
    public void close() {
        closed = true;
        queue.add(STOP);
    }
}
