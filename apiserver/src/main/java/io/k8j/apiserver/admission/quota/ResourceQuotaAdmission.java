package io.k8j.apiserver.admission.quota;

import io.k8j.apiserver.admission.AdmissionServices.QuotaWriter;
import io.k8j.apiserver.admission.Ask;
import io.k8j.apiserver.admission.QuotaLimits;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.time.Time;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Charges what new objects use to the namespace's quotas and refuses what does not fit.
 *
 * <p>The charge is written into the quota's status under optimistic locking before the object is stored, so two API
 * servers cannot both give away the last piece. What was charged for an object that was not stored after all is found by
 * the quota controller.
 */
public final class ResourceQuotaAdmission implements AdmissionPlugin {
    private static final GroupVersionResource QUOTAS = new GroupVersionResource("", "v1", "resourcequotas");

    /** What is answered and forgotten, and events, which nobody ever counted. */
    private static final Set<String> IGNORED = Set.of(
            "bindings",
            "componentstatuses",
            "tokenreviews.authentication.k8s.io",
            "selfsubjectreviews.authentication.k8s.io",
            "subjectaccessreviews.authorization.k8s.io",
            "selfsubjectaccessreviews.authorization.k8s.io",
            "localsubjectaccessreviews.authorization.k8s.io",
            "selfsubjectrulesreviews.authorization.k8s.io",
            "events",
            "events.events.k8s.io");

    private final ObjectReader reader;
    private final QuotaWriter writer;
    private final QuotaCheck check;
    private final boolean limited;
    private final Time time;
    private final Map<String, QuotaGate> gates = new ConcurrentHashMap<>(); // by namespace, while it has quotas

    public ResourceQuotaAdmission(ObjectReader reader, QuotaWriter writer, QuotaLimits limits, Time time) {
        this.reader = reader;
        this.writer = writer;
        this.check = new QuotaCheck(limits);
        this.limited = !limits.limited().isEmpty();
        this.time = time;
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        if (request.context().namespace() == null || Ask.namespace(request).isEmpty() || request.object() == null) {
            return false;
        }
        String resource = request.context().resource().qualified();
        if (IGNORED.contains(resource) || resource.equals("namespaces")) return false;
        boolean update = request.operation() == Operation.UPDATE;
        return switch (Ask.subresource(request)) {
            case "" ->
                request.operation() == Operation.CREATE || update && (resource.equals("services") || isClaim(resource));
            case "resize" -> update && resource.equals("pods");
            case "status" -> update && isClaim(resource) && changesUsage(request);
            default -> false;
        };
    }

    private static boolean isClaim(String resource) {
        return resource.equals("persistentvolumeclaims") || resource.equals("resourceclaims.resource.k8s.io");
    }

    /** A claim's status says what it was promised and what class it has. */
    private static boolean changesUsage(AdmissionRequest request) {
        Place now = Ask.object(request).field("status");
        Place before = Ask.old(request).field("status");
        for (String field :
                new String[] {"allocatedResources", "currentVolumeAttributesClassName", "modifyVolumeStatus"}) {
            if (!Trees.deepEquals(now.field(field).value(), before.field(field).value())) return true;
        }
        return false;
    }

    @Override
    public void validate(AdmissionRequest request) {
        String namespace = Ask.namespace(request);
        if (reader.list(QUOTAS, namespace).isEmpty()) {
            gates.remove(namespace);
            if (!limited) return;
        }
        gates.computeIfAbsent(namespace, n -> new QuotaGate(n, reader, writer, check, time))
                .pass(request);
    }
}
