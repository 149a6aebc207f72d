package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.quantity.Quantity;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Charges what new objects use to the namespace's quotas and refuses what does not fit.
 *
 * <p>The charge is written into the quota's status under optimistic locking before the object is stored, so two API
 * servers cannot both give away the last piece. What was charged for an object that was not stored after all is found by
 * the quota controller. Within this server one request at a time charges a namespace, so that conflicts are rare.
 */
final class ResourceQuotaAdmission implements AdmissionPlugin {
    private static final GroupVersionResource QUOTAS = new GroupVersionResource("", "v1", "resourcequotas");
    private static final int ATTEMPTS = 8;
    private static final Set<String> UPDATABLE = Set.of("services", "persistentvolumeclaims");

    private final ObjectReader reader;
    private final AdmissionServices.QuotaWriter writer;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    /** What this server wrote last, because the cache may still show the version before. */
    private final Map<String, Map<String, Object>> written = new ConcurrentHashMap<>();

    ResourceQuotaAdmission(ObjectReader reader, AdmissionServices.QuotaWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        if (Ask.namespace(request).isEmpty() || request.object() == null) {
            return false;
        }
        String resource = request.context().resource().qualified();
        String subresource = Ask.subresource(request);
        if (resource.equals("pods") && subresource.equals("resize")) {
            return request.operation() == Operation.UPDATE;
        }
        if (!subresource.isEmpty() || resource.startsWith("events") || isReview(request)) {
            return false;
        }
        return request.operation() == Operation.CREATE
                || request.operation() == Operation.UPDATE && UPDATABLE.contains(resource);
    }

    private static boolean isReview(AdmissionRequest request) {
        String group = request.context().resource().group();
        return group.equals("authorization.k8s.io") || group.equals("authentication.k8s.io");
    }

    @Override
    public void validate(AdmissionRequest request) {
        String namespace = Ask.namespace(request);
        if (reader.list(QUOTAS, namespace).isEmpty()) {
            return;
        }
        ReentrantLock lock = locks.computeIfAbsent(namespace, n -> new ReentrantLock());
        lock.lock();
        try {
            for (ApiObject quota : reader.list(QUOTAS, namespace)) {
                charge(request, quota);
            }
        } finally {
            lock.unlock();
        }
    }

    private void charge(AdmissionRequest request, ApiObject cached) {
        for (int attempt = 1; ; attempt++) {
            Map<String, Object> quota = newest(cached);
            Map<String, Object> charged = check(request, quota);
            if (charged == null || request.context().dryRun()) {
                return;
            }
            try {
                Map<String, Object> stored = writer.updateStatus(charged);
                written.put(cached.uid(), stored);
                return;
            } catch (ApiException e) {
                if (e.isNotFound()) {
                    return; // the quota was deleted meanwhile and limits nothing any more
                }
                if (!e.isConflict() || attempt == ATTEMPTS) {
                    throw e;
                }
                written.remove(cached.uid());
            }
        }
    }

    private Map<String, Object> newest(ApiObject cached) {
        Map<String, Object> own = written.get(cached.uid());
        Map<String, Object> seen = reader.get(QUOTAS, cached.namespace(), cached.name())
                .map(ApiObject::tree)
                .orElseGet(cached::tree);
        if (own == null) {
            return seen;
        }
        boolean newer = revision(own) > revision(seen);
        if (!newer) {
            written.remove(cached.uid());
        }
        return newer ? Trees.deepCopy(own) : seen;
    }

    private static long revision(Map<String, Object> tree) {
        String version = Trees.string(tree, "metadata", "resourceVersion");
        try {
            return version == null ? 0 : Long.parseLong(version);
        } catch (NumberFormatException e) {
            return 0; // versions are numbers here; another one is as good as none
        }
    }

    /** The quota with the charge, or null if nothing is charged. */
    private static Map<String, Object> check(AdmissionRequest request, Map<String, Object> tree) {
        Place quota = Place.of(tree);
        GroupVersionResource resource = request.context().resource();
        Place object = Ask.object(request);
        if (!QuotaUsage.inScope(quota, resource, object)) {
            return null;
        }
        Map<String, Quantity> hard = LimitRanger.Amounts.of(quota.at("status", "hard"));
        Map<String, Quantity> used = LimitRanger.Amounts.of(quota.at("status", "used"));
        Map<String, Quantity> usage = QuotaUsage.of(resource, object);
        String name = quota.at("metadata", "name").text();
        Set<String> limited = new TreeSet<>(hard.keySet());
        if (request.operation() == Operation.CREATE) {
            String missing = QuotaUsage.missing(resource, object, limited);
            if (!missing.isEmpty()) {
                throw Ask.forbidden(request, "failed quota: " + name + ": must specify " + missing);
            }
        }
        limited.retainAll(usage.keySet());
        Set<String> unknown = new TreeSet<>(limited);
        unknown.removeAll(used.keySet());
        if (!unknown.isEmpty()) {
            throw Ask.forbidden(
                    request, "status unknown for quota: " + name + ", resources: " + String.join(",", unknown));
        }
        Map<String, Quantity> asked = delta(request, quota, usage, limited);
        if (asked.isEmpty()) {
            return null;
        }
        return fit(request, tree, name, asked, used, hard);
    }

    /** What the request uses more than before, of what the quota limits. */
    private static Map<String, Quantity> delta(
            AdmissionRequest request, Place quota, Map<String, Quantity> usage, Set<String> limited) {
        Map<String, Quantity> before = new TreeMap<>();
        GroupVersionResource resource = request.context().resource();
        if (request.operation() == Operation.UPDATE && QuotaUsage.inScope(quota, resource, Ask.old(request))) {
            before = QuotaUsage.of(resource, Ask.old(request));
        }
        Map<String, Quantity> delta = new TreeMap<>();
        for (String name : limited) {
            Quantity old = before.get(name);
            Quantity more = old == null ? usage.get(name) : usage.get(name).subtract(old);
            if (more.signum() > 0) {
                delta.put(name, more);
            }
        }
        return delta;
    }

    private static Map<String, Object> fit(
            AdmissionRequest request,
            Map<String, Object> tree,
            String name,
            Map<String, Quantity> asked,
            Map<String, Quantity> used,
            Map<String, Quantity> hard) {
        Set<String> exceeded = new TreeSet<>();
        Map<String, Object> status = new LinkedHashMap<>(Trees.map(tree, "status", "used"));
        asked.forEach((resource, amount) -> {
            Quantity sum = used.get(resource).add(amount);
            if (sum.compareTo(hard.get(resource)) > 0) {
                exceeded.add(resource);
            }
            status.put(resource, sum.toString());
        });
        if (!exceeded.isEmpty()) {
            throw Ask.forbidden(
                    request,
                    "exceeded quota: %s, requested: %s, used: %s, limited: %s"
                            .formatted(name, shown(asked, exceeded), shown(used, exceeded), shown(hard, exceeded)));
        }
        Map<String, Object> charged = Trees.deepCopy(tree);
        Trees.set(charged, status, "status", "used");
        return charged;
    }

    private static String shown(Map<String, Quantity> amounts, Set<String> names) {
        return names.stream().map(n -> n + "=" + amounts.get(n)).collect(Collectors.joining(","));
    }
}
