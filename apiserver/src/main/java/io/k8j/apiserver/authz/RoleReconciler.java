package io.k8j.apiserver.authz;

import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiTransport;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Brings the bootstrap roles and bindings into being at start. What exists keeps what was added to it and gets back what
 * is missing, unless its annotation says that it is not to be touched.
 */
public final class RoleReconciler {
    private static final String AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

    private final ApiTransport transport;

    public RoleReconciler(ApiTransport transport) {
        this.transport = transport;
    }

    /** Does all of it; a conflict with another writer is left for the next start. */
    public void run() {
        BootstrapRoles wanted = BootstrapRoles.read();
        Map<String, ApiObject> roles = existing(RbacIndex.CLUSTER_ROLES);
        atOnce(wanted.roles(), role -> reconcile(RbacIndex.CLUSTER_ROLES, roles, role, this::missingRules));
        Map<String, ApiObject> bindings = existing(RbacIndex.CLUSTER_ROLE_BINDINGS);
        atOnce(
                wanted.bindings(),
                binding -> reconcile(RbacIndex.CLUSTER_ROLE_BINDINGS, bindings, binding, this::missingSubjects));
    }

    /** Many small writes go to the disk together when they come together. */
    private static void atOnce(List<Map<String, Object>> objects, Consumer<Map<String, Object>> work) {
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
            objects.forEach(object -> running.add(workers.submit(() -> work.accept(object))));
        }
        for (Future<?> done : running) {
            if (done.state() == Future.State.FAILED && done.exceptionNow() instanceof RuntimeException failure) {
                throw failure;
            }
        }
    }

    /** Adds what is missing to the found object; false if nothing is. */
    private interface Completion {
        boolean complete(Map<String, Object> found, Map<String, Object> wanted);
    }

    private void reconcile(
            GroupVersionResource resource,
            Map<String, ApiObject> existing,
            Map<String, Object> wanted,
            Completion completion) {
        ApiObject found = existing.get(Trees.string(wanted, "metadata", "name"));
        try {
            if (found == null) {
                transport.call(new ApiCall(Verb.CREATE, resource, "", "", "", Map.of(), null, wanted));
                return;
            }
            Map<String, Object> tree = found.tree();
            boolean mayChange = !"false".equals(Trees.string(tree, "metadata", "annotations", AUTOUPDATE));
            if (mayChange && completion.complete(tree, wanted)) {
                transport.call(new ApiCall(Verb.UPDATE, resource, "", found.name(), "", Map.of(), null, tree));
            }
        } catch (ApiException e) {
            if (!e.isConflict() && !e.isAlreadyExists()) {
                throw e;
            }
        }
    }

    private boolean missingRules(Map<String, Object> found, Map<String, Object> wanted) {
        if (found.get("aggregationRule") != null) {
            return false; // its rules are made of others'
        }
        List<PolicyRule> owned = PolicyRule.listOf(found.get("rules"));
        List<Object> rules = new ArrayList<>(Trees.list(found, "rules"));
        int before = rules.size();
        for (PolicyRule rule : PolicyRule.listOf(wanted.get("rules"))) {
            if (!PolicyRule.covers(owned, rule)) {
                rules.add(rule.toTree());
            }
        }
        found.put("rules", rules);
        return rules.size() > before;
    }

    private boolean missingSubjects(Map<String, Object> found, Map<String, Object> wanted) {
        List<Object> subjects = new ArrayList<>(Trees.list(found, "subjects"));
        int before = subjects.size();
        for (Object subject : Trees.list(wanted, "subjects")) {
            if (subjects.stream().noneMatch(known -> Trees.deepEquals(known, subject))) {
                subjects.add(subject);
            }
        }
        found.put("subjects", subjects);
        return subjects.size() > before;
    }

    private Map<String, ApiObject> existing(GroupVersionResource resource) {
        Map<String, ApiObject> byName = new java.util.HashMap<>();
        transport
                .call(new ApiCall(Verb.LIST, resource, "", "", "", Map.of(), null, null))
                .list()
                .items()
                .forEach(object -> byName.put(object.name(), object));
        return byName;
    }
}
