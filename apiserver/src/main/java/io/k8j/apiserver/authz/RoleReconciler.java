package io.k8j.apiserver.authz;

import io.k8j.apiserver.resource.ServedApis;
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
    private final ServedApis apis;

    /** @param apis features that are on, some of which bring rules of their own, and what is served */
    public RoleReconciler(ApiTransport transport, ServedApis apis) {
        this.transport = transport;
        this.apis = apis;
    }

    /** Does all of it; a conflict with another writer is left for the next start. */
    public void run() {
        BootstrapRoles wanted = BootstrapRoles.read(apis);
        reconcileAll(RbacIndex.CLUSTER_ROLES, wanted.roles(), this::missingInRole);
        reconcileAll(RbacIndex.ROLES, wanted.localRoles(), this::missingInRole);
        reconcileAll(RbacIndex.CLUSTER_ROLE_BINDINGS, wanted.bindings(), this::missingInBinding);
        reconcileAll(RbacIndex.ROLE_BINDINGS, wanted.localBindings(), this::missingInBinding);
    }

    private void reconcileAll(GroupVersionResource resource, List<Map<String, Object>> wanted, Completion completion) {
        Map<String, ApiObject> existing = existing(resource);
        atOnce(wanted, object -> reconcile(resource, existing, object, completion));
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
        String namespace = namespace(wanted);
        ApiObject found = existing.get(namespace + "/" + Trees.string(wanted, "metadata", "name"));
        try {
            if (found == null) {
                transport.call(new ApiCall(Verb.CREATE, resource, namespace, "", "", Map.of(), null, wanted));
                return;
            }
            Map<String, Object> tree = found.tree();
            if ("false".equals(Trees.string(tree, "metadata", "annotations", AUTOUPDATE))) {
                return;
            }
            if (!Trees.deepEquals(tree.get("roleRef"), wanted.get("roleRef"))) {
                // What a binding refers to cannot be changed, so it is made anew.
                transport.call(new ApiCall(Verb.DELETE, resource, namespace, found.name(), "", Map.of(), null, null));
                transport.call(new ApiCall(Verb.CREATE, resource, namespace, "", "", Map.of(), null, wanted));
            } else if (completion.complete(tree, wanted) | missingMetadata(tree, wanted)) {
                transport.call(new ApiCall(Verb.UPDATE, resource, namespace, found.name(), "", Map.of(), null, tree));
            }
        } catch (ApiException e) {
            if (!e.isConflict() && !e.isAlreadyExists()) {
                throw e;
            }
        }
    }

    private static String namespace(Map<String, Object> object) {
        String namespace = Trees.string(object, "metadata", "namespace");
        return namespace == null ? "" : namespace;
    }

    /** Labels and annotations that somebody has changed stay as they are; missing ones are added. */
    private static boolean missingMetadata(Map<String, Object> found, Map<String, Object> wanted) {
        boolean changed = false;
        for (String part : List.of("labels", "annotations")) {
            for (Map.Entry<String, Object> entry :
                    Trees.map(wanted, "metadata", part).entrySet()) {
                if (Trees.get(found, "metadata", part, entry.getKey()) == null) {
                    Trees.set(found, entry.getValue(), "metadata", part, entry.getKey());
                    changed = true;
                }
            }
        }
        return changed;
    }

    private boolean missingInRole(Map<String, Object> found, Map<String, Object> wanted) {
        if (wanted.get("aggregationRule") != null) {
            return missingSelectors(found, wanted); // its rules are made of others'
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

    private static boolean missingSelectors(Map<String, Object> found, Map<String, Object> wanted) {
        return addMissing(found, wanted, "aggregationRule", "clusterRoleSelectors");
    }

    private boolean missingInBinding(Map<String, Object> found, Map<String, Object> wanted) {
        return addMissing(found, wanted, "subjects");
    }

    /** Adds the entries of a list that are not in it. */
    private static boolean addMissing(Map<String, Object> found, Map<String, Object> wanted, String... path) {
        List<Object> entries = new ArrayList<>(Trees.list(found, path));
        int before = entries.size();
        for (Object entry : Trees.list(wanted, path)) {
            if (entries.stream().noneMatch(known -> Trees.deepEquals(known, entry))) {
                entries.add(entry);
            }
        }
        if (entries.size() == before) {
            return false;
        }
        Trees.set(found, entries, path);
        return true;
    }

    private Map<String, ApiObject> existing(GroupVersionResource resource) {
        Map<String, ApiObject> byName = new java.util.HashMap<>();
        transport
                .call(new ApiCall(Verb.LIST, resource, "", "", "", Map.of(), null, null))
                .list()
                .items()
                .forEach(object -> byName.put(object.namespace() + "/" + object.name(), object));
        return byName;
    }
}
